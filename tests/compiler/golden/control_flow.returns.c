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
#line 269 "tests/compiler/corpus/control_flow.py"
int returns(struct Args *ctx)
{
        struct Args *args = ctx;

#line 270
        if (args->a < 0) {
#line 271
                return 1LL;
        }
#line 272
        args->result = 1LL;
#line 273
        return args->a + 1;
}
