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
#line 111 "tests/compiler/corpus/control_flow.py"
int while_else_collatz(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 n = 0;
        i64 steps = 0;

#line 112
        n = args->a;
#line 113
        steps = 0LL;
#line 114
        while (steps < 200) {
#line 115
                if (n == 1) {
#line 116
                        goto done1;
                }
#line 117
                n = (mod_i64(n, 2) == 0) ? div_i64(n, 2) : ((3 * n) + 1);
#line 118
                steps = steps + 1;
        }
#line 120
        steps = -1LL;
done1:;
#line 121
        args->result = steps;
        return 0;
}
