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
#line 199 "tests/compiler/corpus/arithmetic.py"
int booleans(struct Args *ctx)
{
        struct Args *args = ctx;
        bool positive = 0;
        bool even = 0;

#line 200
        positive = args->a > 0;
#line 201
        even = mod_i64(args->a, 2) == 0;
#line 202
        args->result = (((positive && even) + (2 * (positive || even))) + (4 * (args->a != 0))) + (i64)positive;
        return 0;
}
