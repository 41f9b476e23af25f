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
#line 131 "tests/compiler/corpus/arithmetic.py"
int a_constant_shifted_by_a_variable(struct Args *ctx)
{
        struct Args *args = ctx;

#line 132
        args->result = (i64)(1ULL << (args->a & 63));
        return 0;
}
