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
#line 106 "tests/compiler/corpus/structs.py"
int a_member_is_a_copy(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Line line = {};
        struct Point p = {};

#line 107
        __builtin_memset(&line, 0, sizeof(line));
#line 108
        __builtin_memset(&p, 0, sizeof(p));
        p.x = (i32)args->a;
#line 109
        line.begin = p;
#line 110
        p.x = 9;
#line 111
        args->result = (i64)line.begin.x;
        return 0;
}
