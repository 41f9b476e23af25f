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
#line 38 "tests/compiler/corpus/arithmetic.py"
int division_by_zero(struct Args *ctx)
{
        struct Args *args = ctx;

#line 39
        args->result = div_i64(args->a, args->b);
        return 0;
}
