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

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 75 "tests/compiler/corpus/structs.py"
int local_struct(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Point p = {};

#line 76
        __builtin_memset(&p, 0, sizeof(p));
        p.x = (i32)args->a;
        p.y = (i32)args->b;
#line 77
        args->result = (i64)((p.x * 10) + p.y);
        return 0;
}
