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
#line 140 "tests/compiler/corpus/structs.py"
int union_members_share_their_place(struct Args *ctx)
{
        struct Args *args = ctx;
        union Number n = {};

#line 141
        __builtin_memset(&n, 0, sizeof(n));
        n.whole = (u64)args->a;
#line 142
        args->result = (i64)(n.bytes[0] + n.half[1]);
        return 0;
}
