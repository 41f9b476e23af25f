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
#line 21 "tests/compiler/corpus/control_flow.py"
int if_elif_else(struct Args *ctx)
{
        struct Args *args = ctx;

#line 22
        if (args->a > 10) {
#line 23
                args->result = 1LL;
        } else if (args->a > 0) {
#line 25
                args->result = 2LL;
        } else if (args->a == 0) {
#line 27
                args->result = 3LL;
        } else {
#line 29
                args->result = 4LL;
#line 30
                return 7;
        }
#line 31
        return 0;
}
