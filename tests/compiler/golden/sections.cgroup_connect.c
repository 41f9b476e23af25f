/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_sock;
struct bpf_sock_addr;
struct bpf_sock_addr {
        u32 user_family;
        u32 user_ip4;
        u32 user_ip6[4];
        u32 user_port;
        u32 family;
        u32 type;
        u32 protocol;
        u32 msg_src_ip4;
        u32 msg_src_ip6[4];
        union { void *sk; };
};
_Static_assert(sizeof(struct bpf_sock_addr) == 72, "as in BTF");

char LICENSE[] SEC("license") = "GPL";

SEC("cgroup/connect4")
#line 98 "tests/compiler/corpus/sections.py"
int cgroup_connect(struct bpf_sock_addr *ctx)
{
#line 99
        return (ctx->user_port == 6400) ? 0 : 1;
}
