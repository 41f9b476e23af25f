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
#line 103 "tests/compiler/corpus/arithmetic.py"
int mixed_signs_compare_as_in_c(struct Args *ctx)
{
        struct Args *args = ctx;
        i32 x = 0;
        u32 y = 0;

#line 104
        x = (i32)args->a;
#line 105
        y = (u32)args->b;
#line 106
        args->result = (i64)(x < y);
        return 0;
}
