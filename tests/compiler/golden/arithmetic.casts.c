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
#line 81 "tests/compiler/corpus/arithmetic.py"
int casts(struct Args *ctx)
{
        struct Args *args = ctx;

#line 82
        args->result = (i64)((((i8)args->a + ((i16)args->a * 2)) + (i32)args->a) + (u16)args->a);
        return 0;
}
