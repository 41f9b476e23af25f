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
#line 137 "tests/compiler/corpus/arithmetic.py"
int min_max_abs(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 t0_ = 0;
        i64 t1_ = 0;
        i64 t2_ = 0;
        i64 t3_ = 0;
        i64 t4_ = 0;
        i64 t5_ = 0;
        i64 t6_ = 0;

#line 138
        args->result = (((((t2_ = ((t0_ = args->a) < (t1_ = args->b)) ? t0_ : t1_) < (t3_ = args->c)) ? t2_ : t3_) * 100) + (((t4_ = args->a) > (t5_ = args->b)) ? t4_ : t5_)) + (((t6_ = args->c) < 0) ? -t6_ : t6_);
        return 0;
}
