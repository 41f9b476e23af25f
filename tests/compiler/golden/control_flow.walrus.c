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
#line 278 "tests/compiler/corpus/control_flow.py"
int walrus(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 half = 0;

#line 279
        if (((half = div_i64(args->a, 2)) * 2) == args->a) {
#line 280
                args->result = half;
        } else {
#line 282
                args->result = -half;
        }
        return 0;
}
