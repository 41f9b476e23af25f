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
union Number {
        u64 whole;
        u8 bytes[8];
        u32 half[2];
};
_Static_assert(sizeof(union Number) == 8, "as in Python");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 245 "tests/compiler/corpus/structs.py"
int copy_between_arrays(struct Args *ctx)
{
        struct Args *args = ctx;
        union Number one = {};
        union Number two = {};

#line 246
        __builtin_memset(&one, 0, sizeof(one));
        one.whole = (u64)args->a;
#line 247
        __builtin_memset(&two, 0, sizeof(two));
        two.whole = (u64)args->b;
#line 248
        __builtin_memcpy(&one.bytes, &two.bytes, 8);
#line 249
        args->result = (i64)((one.whole * 10) + args->a);
        return 0;
}
