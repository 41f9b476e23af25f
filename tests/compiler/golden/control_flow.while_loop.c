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
#line 100 "tests/compiler/corpus/control_flow.py"
int while_loop(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 n = 0;
        i64 steps = 0;

#line 101
        n = args->a & 1023;
#line 102
        steps = 0LL;
#line 103
        while ((n > 0) && (steps < 64)) {
#line 104
                n = n >> 1;
#line 105
                steps = steps + 1;
        }
#line 106
        args->result = steps;
        return 0;
}
