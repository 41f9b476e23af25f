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
#line 160 "tests/compiler/corpus/arithmetic.py"
int several_targets(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 x = 0;
        i64 y = 0;
        i64 z = 0;
        i64 w = 0;
        i64 t0_ = 0;
        i64 t1_ = 0;
        i64 t2_ = 0;
        i64 t3_ = 0;
        i64 t4_ = 0;

#line 161
        t0_ = args->a;
#line 161
        t1_ = args->b;
#line 161
        x = t0_;
#line 161
        y = t1_;
#line 162
        t2_ = y;
#line 162
        t3_ = x + y;
#line 162
        x = t2_;
#line 162
        y = t3_;
#line 163
        t4_ = x * 2;
#line 163
        z = t4_;
#line 163
        w = t4_;
#line 164
        args->result = (((x * 1000) + (y * 10)) + z) + w;
        return 0;
}
