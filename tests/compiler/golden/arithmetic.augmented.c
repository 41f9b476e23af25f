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
#line 143 "tests/compiler/corpus/arithmetic.py"
int augmented(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 x = 0;

#line 144
        x = args->a;
#line 145
        x = x + args->b;
#line 146
        x = x * 3;
#line 147
        x = x - 1;
#line 148
        x = div_i64(x, 2);
#line 149
        x = mod_i64(x, 100);
#line 150
        x = x << 3;
#line 151
        x = x | 1;
#line 152
        x = x ^ 16;
#line 153
        x = x & 65535;
#line 154
        x = x >> 1;
#line 155
        args->result = x;
        return 0;
}
