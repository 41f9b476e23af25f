/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct iphdr;
struct xdp_md;
struct xdp_md {
        u32 data;
        u32 data_end;
        u32 data_meta;
        u32 ingress_ifindex;
        u32 rx_queue_index;
        u32 egress_ifindex;
};
_Static_assert(sizeof(struct xdp_md) == 24, "as in BTF");
struct iphdr {
        u8 ihl : 4;
        u8 version : 4;
        u8 tos;
        u16 tot_len;
        u16 id;
        u16 frag_off;
        u8 ttl;
        u8 protocol;
        u16 check;
        union { struct { u32 saddr; u32 daddr; }; struct { u32 saddr; u32 daddr; } addrs; };
};
_Static_assert(sizeof(struct iphdr) == 20, "as in BTF");

char LICENSE[] SEC("license") = "GPL";

SEC("xdp")
#line 57 "tests/compiler/corpus/packets.py"
int write_to_a_packet(struct xdp_md *ctx)
{
        struct iphdr *ip = 0;

#line 58
        ip = PACKET(ctx, struct iphdr, 14);
#line 59
        if (ip == NULL) {
#line 60
                return 2;
        }
#line 61
        ip->ttl = (u8)(ip->ttl - 1);
#line 62
        return 3;
}
