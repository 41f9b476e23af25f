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
#line 175 "tests/compiler/corpus/arithmetic.py"
int and_or_not(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 t0_ = 0;
        i64 t1_ = 0;

#line 176
        args->result = (((((t0_ = args->a) != 0) ? t0_ : args->b) * 100) + ((((t1_ = args->a) != 0) ? args->b : t1_) * 10)) + !(args->a != 0);
        return 0;
}
