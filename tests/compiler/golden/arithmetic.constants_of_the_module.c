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
#line 125 "tests/compiler/corpus/arithmetic.py"
int constants_of_the_module(struct Args *ctx)
{
        struct Args *args = ctx;

#line 126
        args->result = (args->a * 1000000000) + 240;
        return 0;
}
