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

const volatile u32 weights[4] = { 10U, 20U, 30U, 40U };

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 116 "tests/compiler/corpus/structs.py"
int array_of_a_constant(struct Args *ctx)
{
        struct Args *args = ctx;

#line 117
        args->result = (i64)weights[args->a & 3];
        return 0;
}
