/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");
struct Point {
        i32 x;
        i32 y;
};
_Static_assert(sizeof(struct Point) == 8, "as in Python");
struct Line {
        struct Point begin;
        struct Point end;
        struct Point points[3];
        u8 color;
        u64 width;
};
_Static_assert(sizeof(struct Line) == 56, "as in Python");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 89 "tests/compiler/corpus/structs.py"
int nested_structs(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Line line = {};

#line 90
        __builtin_memset(&line, 0, sizeof(line));
        __builtin_memset(&line.begin, 0, sizeof(line.begin));
        line.begin.x = (i32)args->a;
        line.begin.y = (i32)args->b;
        line.width = 5ULL;
#line 91
        line.points[2].x = 7;
#line 92
        args->result = (i64)(((line.begin.x + (line.begin.y * 10)) + (line.width * 100)) + (line.points[2].x * 1000));
        return 0;
}
