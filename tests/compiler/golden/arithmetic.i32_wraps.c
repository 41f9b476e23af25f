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

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 95 "tests/compiler/corpus/arithmetic.py"
int i32_wraps(struct Args *ctx)
{
        struct Args *args = ctx;
        i32 x = 0;
        i32 y = 0;

#line 96
        x = (i32)args->a;
#line 97
        y = (i32)args->b;
#line 98
        args->result = (i64)(x + y);
        return 0;
}
