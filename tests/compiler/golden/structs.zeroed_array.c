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
#line 131 "tests/compiler/corpus/structs.py"
int zeroed_array(struct Args *ctx)
{
        struct Args *args = ctx;
        u32 values[4] = {};

#line 132
        __builtin_memset(&values, 0, sizeof(values));
#line 133
        values[0] = (u32)args->a;
#line 134
        values[3] = 5U;
#line 135
        args->result = (i64)(((values[0] + values[1]) + values[2]) + values[3]);
        return 0;
}
