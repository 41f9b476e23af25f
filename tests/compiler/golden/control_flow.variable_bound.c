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
#line 56 "tests/compiler/corpus/control_flow.py"
int variable_bound(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 n = 0;
        i64 total = 0;
        i64 i = 0;
        i64 t0_ = 0;
        i64 t1_ = 0;

#line 57
        n = (args->a < 64) ? args->a : 64;
#line 58
        total = 0LL;
#line 59
        t0_ = n;
#line 59
        for (t1_ = 0LL; t1_ < t0_; t1_++) {
                i = t1_;
#line 60
                total = total + i;
        }
#line 61
        args->result = total;
        return 0;
}
