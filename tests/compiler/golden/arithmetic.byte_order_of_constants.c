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
#line 193 "tests/compiler/corpus/arithmetic.py"
int byte_order_of_constants(struct Args *ctx)
{
        struct Args *args = ctx;

#line 194
        args->result = (16777216U + 256) + args->a;
        return 0;
}
