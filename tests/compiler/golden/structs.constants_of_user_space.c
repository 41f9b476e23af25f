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

const volatile u32 limit = 7U;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 195 "tests/compiler/corpus/structs.py"
int constants_of_user_space(struct Args *ctx)
{
        struct Args *args = ctx;

#line 196
        args->result = (i64)limit;
        return 0;
}
