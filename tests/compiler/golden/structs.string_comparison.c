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
#line 196 "tests/compiler/corpus/structs.py"
int string_comparison(struct Args *ctx)
{
        struct Args *args = ctx;
        char name[16] = {};

#line 197
        if (equal_strings(args->text, sizeof(args->text), "bash", sizeof("bash"))) {
#line 198
                args->result = 1LL;
        } else if (!equal_strings(args->text, sizeof(args->text), "zsh", sizeof("zsh"))) {
#line 200
                args->result = 2LL;
        }
#line 201
        __builtin_memcpy(&name, "hello", 6);
#line 202
        if (equal_strings(args->text, sizeof(args->text), name, sizeof(name))) {
#line 203
                args->result = args->result + 4;
        }
        return 0;
}
