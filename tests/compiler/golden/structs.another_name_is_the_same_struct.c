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
#line 97 "tests/compiler/corpus/structs.py"
int another_name_is_the_same_struct(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Point p = {};
        struct Point *q = 0;

#line 98
        __builtin_memset(&p, 0, sizeof(p));
        p.x = (i32)args->a;
#line 99
        q = &p;
#line 100
        q->x = q->x + 5;
#line 101
        args->result = (i64)p.x;
        return 0;
}
