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
#line 82 "tests/compiler/corpus/structs.py"
int members_that_are_not_given_are_zero(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Line line = {};

#line 83
        __builtin_memset(&line, 0, sizeof(line));
        line.color = (u8)args->a;
#line 84
        args->result = (i64)((line.width + line.begin.x) + line.points[1].y);
        return 0;
}
