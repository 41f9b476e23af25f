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

const volatile char greeting[8] = "hello";

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 234 "tests/compiler/corpus/structs.py"
int string_constants(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 length = 0;
        i64 i = 0;
        i64 t0_ = 0;

#line 235
        length = 0LL;
#line 236
        for (t0_ = 0LL; t0_ < 8; t0_++) {
                i = t0_;
#line 237
                if (greeting[i] == 0) {
#line 238
                        break;
                }
#line 239
                length = length + 1;
        }
#line 240
        args->result = (greeting[1] * 256) + length;
        return 0;
}
