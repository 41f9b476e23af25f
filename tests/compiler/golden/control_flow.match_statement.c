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

static __noinline bool is_odd(i64 x);

char LICENSE[] SEC("license") = "GPL";

#line 161 "tests/compiler/corpus/control_flow.py"
static __noinline bool is_odd(i64 x)
{
#line 162
        return mod_i64(x, 2) == 1;
}

SEC("syscall")
#line 167 "tests/compiler/corpus/control_flow.py"
int match_statement(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 t0_ = 0;

#line 168
        t0_ = args->a;
#line 169
        if (t0_ == 1) {
#line 170
                args->result = 10LL;
        } else if ((t0_ == 2) || (t0_ == 3)) {
#line 172
                args->result = 20LL;
        } else if (t0_ == 4) {
#line 174
                args->result = 30LL;
        } else if (is_odd(args->a)) {
#line 176
                args->result = 40LL;
        } else {
#line 178
                args->result = 50LL;
        }
        return 0;
}
