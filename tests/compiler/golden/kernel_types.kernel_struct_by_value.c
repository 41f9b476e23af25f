/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_sock_tuple;
struct bpf_sock_tuple {
        union { struct { u32 saddr; u32 daddr; u16 sport; u16 dport; } ipv4; struct { u32 saddr[4]; u32 daddr[4]; u16 sport; u16 dport; } ipv6; };
};
_Static_assert(sizeof(struct bpf_sock_tuple) == 36, "as in BTF");

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
#line 188 "tests/compiler/corpus/kernel_types.py"
int kernel_struct_by_value(struct Args *ctx)
{
        struct Args *args = ctx;
        struct bpf_sock_tuple tuple = {};

#line 189
        __builtin_memset(&tuple, 0, sizeof(tuple));
#line 190
        tuple.ipv4.dport = 8;
#line 191
        args->result = (i64)((tuple.ipv4.dport + tuple.ipv4.saddr) + 0);
        return 0;
}
