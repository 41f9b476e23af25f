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
#line 77 "tests/compiler/corpus/control_flow.py"
int break_and_continue(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 i = 0;
        i64 t0_ = 0;

#line 78
        for (t0_ = 0LL; t0_ < 20; t0_++) {
                i = t0_;
#line 79
                if (i == args->a) {
#line 80
                        break;
                }
#line 81
                if (mod_i64(i, 2) != 0) {
#line 82
                        continue;
                }
#line 83
                args->result = args->result + i;
        }
        return 0;
}
