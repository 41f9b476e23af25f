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
#line 183 "tests/compiler/corpus/control_flow.py"
int match_binds_a_name(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 x = 0;
        i64 t0_ = 0;

#line 184
        t0_ = args->a + 1;
#line 185
        if (t0_ == 2) {
#line 186
                args->result = 1LL;
        } else {
#line 187
                x = t0_;
#line 188
                args->result = x * 2;
        }
        return 0;
}
