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
#line 66 "tests/compiler/corpus/control_flow.py"
int rebinding_the_variable_does_not_change_the_rounds(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 rounds = 0;
        i64 i = 0;
        i64 t0_ = 0;

#line 67
        rounds = 0LL;
#line 68
        for (t0_ = 0LL; t0_ < 6; t0_++) {
                i = t0_;
#line 69
                rounds = rounds + 1;
#line 70
                i = i + args->a;
#line 71
                args->result = args->result + i;
        }
#line 72
        args->c = rounds;
        return 0;
}
