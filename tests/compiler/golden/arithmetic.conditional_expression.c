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
#line 181 "tests/compiler/corpus/arithmetic.py"
int conditional_expression(struct Args *ctx)
{
        struct Args *args = ctx;

#line 182
        args->result = (i64)((args->a > 0) ? 10 : ((args->a == 0) ? 20 : 30));
        return 0;
}
