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
#line 118 "tests/compiler/corpus/arithmetic.py"
int unsigned_division(struct Args *ctx)
{
        struct Args *args = ctx;
        u64 x = 0;

#line 119
        x = (u64)args->a;
#line 120
        args->result = (i64)(x / 2);
        return 0;
}
