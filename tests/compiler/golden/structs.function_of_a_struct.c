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

static __noinline i64 norm(struct Point *p);

char LICENSE[] SEC("license") = "GPL";

#line 253 "tests/compiler/corpus/structs.py"
static __noinline i64 norm(struct Point *p)
{
#line 254
        return (i64)((p->x * p->x) + (p->y * p->y));
}

SEC("syscall")
#line 264 "tests/compiler/corpus/structs.py"
int function_of_a_struct(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Point p = {};

#line 265
        __builtin_memset(&p, 0, sizeof(p));
        p.x = (i32)args->a;
        p.y = (i32)args->b;
#line 266
        args->result = norm(&p);
        return 0;
}
