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
#line 36 "tests/compiler/corpus/control_flow.py"
int for_range(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 total = 0;
        i64 i = 0;
        i64 t0_ = 0;

#line 37
        total = 0LL;
#line 38
        for (t0_ = 0LL; t0_ < 10; t0_++) {
                i = t0_;
#line 39
                total = total + (i * i);
        }
#line 40
        args->result = total;
        return 0;
}
