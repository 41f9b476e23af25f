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
struct Named {
        char name[16];
        u32 number;
};
_Static_assert(sizeof(struct Named) == 20, "as in Python");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 225 "tests/compiler/corpus/structs.py"
int string_copies(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Named named = {};
        i64 first = 0;

#line 226
        __builtin_memset(&named, 0, sizeof(named));
        __builtin_memcpy(&named.name, "hello", 6);
        named.number = 5U;
#line 227
        first = (i64)args->text[0];
#line 228
        __builtin_memcpy(&args->text, &named.name, 16);
#line 229
        args->result = first + named.number;
        return 0;
}
