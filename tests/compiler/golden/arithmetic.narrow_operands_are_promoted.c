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
#line 111 "tests/compiler/corpus/arithmetic.py"
int narrow_operands_are_promoted(struct Args *ctx)
{
        struct Args *args = ctx;
        u8 x = 0;

#line 112
        x = (u8)args->a;
#line 113
        args->result = (i64)(x + 1);
        return 0;
}
