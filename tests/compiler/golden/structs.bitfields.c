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
struct Flags {
        u32 low : 3;
        u32 middle : 10;
        i32 sign : 4;
        u16 rest;
};
_Static_assert(sizeof(struct Flags) == 8, "as in Python");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 147 "tests/compiler/corpus/structs.py"
int bitfields(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Flags flags = {};

#line 148
        __builtin_memset(&flags, 0, sizeof(flags));
        flags.low = (u32)args->a;
        flags.middle = (u32)args->b;
#line 149
        flags.sign = (i32)args->c;
#line 150
        args->result = (i64)((flags.low + (flags.middle * 10)) + (flags.sign * 100000));
        return 0;
}
