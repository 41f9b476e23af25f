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
#line 169 "tests/compiler/corpus/arithmetic.py"
int chained_comparisons(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 t0_ = 0;
        i64 t1_ = 0;

#line 170
        args->result = (i64)((((args->a < (t0_ = args->b)) && (t0_ < args->c)) + (2 * ((args->a <= (t1_ = args->b + 0)) && (t1_ <= args->c)))) + (4 * (args->a != args->b)));
        return 0;
}
