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

u64 total;
i32 started = -5;
const volatile u32 limit = 7U;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 171 "tests/compiler/corpus/structs.py"
int globals(struct Args *ctx)
{
        struct Args *args = ctx;

#line 172
        total = total + args->a;
#line 173
        args->result = (i64)((total + started) + limit);
#line 174
        started = started + 1;
        return 0;
}
