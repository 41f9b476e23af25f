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
#line 193 "tests/compiler/corpus/control_flow.py"
int enumerations(struct Args *ctx)
{
        struct Args *args = ctx;

#line 194
        if (args->a == 1) {
#line 195
                args->result = 6LL;
        } else {
#line 197
                args->result = (i64)(args->a == 2);
        }
        return 0;
}
