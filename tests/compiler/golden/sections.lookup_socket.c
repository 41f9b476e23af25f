/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_sk_lookup;
struct bpf_sock;
struct bpf_sk_lookup {
        union { union { void *sk; }; u64 cookie; };
        u32 family;
        u32 protocol;
        u32 remote_ip4;
        u32 remote_ip6[4];
        u16 remote_port;
        u32 local_ip4;
        u32 local_ip6[4];
        u32 local_port;
        u32 ingress_ifindex;
};
_Static_assert(sizeof(struct bpf_sk_lookup) == 72, "as in BTF");

char LICENSE[] SEC("license") = "GPL";

SEC("sk_lookup")
#line 119 "tests/compiler/corpus/sections.py"
int lookup_socket(struct bpf_sk_lookup *ctx)
{
#line 120
        return (i32)(i64)(ctx->local_port != 7);
}
