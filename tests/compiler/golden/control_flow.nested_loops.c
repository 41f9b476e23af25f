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
#line 126 "tests/compiler/corpus/control_flow.py"
int nested_loops(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 i = 0;
        i64 j = 0;
        i64 t0_ = 0;
        i64 t1_ = 0;

#line 127
        for (t0_ = 0LL; t0_ < 8; t0_++) {
                i = t0_;
#line 128
                for (t1_ = 0LL; t1_ < 8; t1_++) {
                        j = t1_;
#line 129
                        if (j > i) {
#line 130
                                break;
                        }
#line 131
                        args->result = args->result + (i * j);
                }
#line 132
                if (i == args->a) {
#line 133
                        break;
                }
        }
        return 0;
}
