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
#line 45 "tests/compiler/corpus/control_flow.py"
int range_with_step(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 total = 0;
        i64 i = 0;
        i64 t0_ = 0;
        i64 t1_ = 0;

#line 46
        total = 0LL;
#line 47
        for (t0_ = 20LL; t0_ > 2; t0_ -= 3) {
                i = t0_;
#line 48
                total = (total * 3) + i;
        }
#line 49
        for (t1_ = 1LL; t1_ < 30; t1_ += 7) {
                i = t1_;
#line 50
                total = (total * 2) + i;
        }
#line 51
        args->result = total;
        return 0;
}
