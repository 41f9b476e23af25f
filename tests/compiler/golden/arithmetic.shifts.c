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
#line 56 "tests/compiler/corpus/arithmetic.py"
int shifts(struct Args *ctx)
{
        struct Args *args = ctx;

#line 57
        args->result = (args->a << (args->b & 63)) >> 2;
        return 0;
}
