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
#line 88 "tests/compiler/corpus/control_flow.py"
int for_else(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 i = 0;
        i64 t0_ = 0;

#line 89
        for (t0_ = 0LL; t0_ < 10; t0_++) {
                i = t0_;
#line 90
                if (i == args->a) {
#line 91
                        args->result = 1LL;
#line 92
                        goto done1;
                }
        }
#line 94
        args->result = 2LL;
done1:;
#line 95
        args->b = 5LL;
        return 0;
}
