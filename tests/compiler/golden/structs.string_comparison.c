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
#line 208 "tests/compiler/corpus/structs.py"
int string_comparison(struct Args *ctx)
{
        struct Args *args = ctx;
        char name[16] = {};

#line 209
        if (equal_strings(args->text, 32, "bash", 5)) {
#line 210
                args->result = 1LL;
        } else if (!equal_strings(args->text, 32, "zsh", 4)) {
#line 212
                args->result = 2LL;
        }
#line 213
        __builtin_memcpy(&name, "hello", 6);
#line 214
        if (equal_strings(args->text, 32, name, 16)) {
#line 215
                args->result = args->result + 4;
        }
        return 0;
}
