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
#line 74 "tests/compiler/corpus/arithmetic.py"
int to_u8(struct Args *ctx)
{
        struct Args *args = ctx;
        u8 narrow = 0;

#line 75
        narrow = (u8)args->a;
#line 76
        args->result = (i64)narrow;
        return 0;
}
