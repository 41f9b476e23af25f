/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct ethhdr;
struct iphdr;
struct tcphdr;
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
struct ethhdr {
        u8 h_dest[6];
        u8 h_source[6];
        u16 h_proto;
};
_Static_assert(sizeof(struct ethhdr) == 14, "as in BTF");
struct tcphdr {
        u16 source;
        u16 dest;
        u32 seq;
        u32 ack_seq;
        u16 ae : 1;
        u16 res1 : 3;
        u16 doff : 4;
        u16 fin : 1;
        u16 syn : 1;
        u16 rst : 1;
        u16 psh : 1;
        u16 ack : 1;
        u16 urg : 1;
        u16 ece : 1;
        u16 cwr : 1;
        u16 window;
        u16 check;
        u16 urg_ptr;
};
_Static_assert(sizeof(struct tcphdr) == 20, "as in BTF");
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

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 64);
        __type(key, u16);
        __type(value, u64);
} ports SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("xdp")
#line 35 "tests/compiler/corpus/packets.py"
int drop_by_port(struct xdp_md *ctx)
{
        struct ethhdr *eth = 0;
        struct iphdr *ip = 0;
        struct tcphdr *header = 0;
        i64 port = 0;

#line 36
        eth = PACKET(ctx, struct ethhdr, 0);
#line 37
        if ((eth == NULL) || (eth->h_proto != 8)) {
#line 38
                return 2;
        }
#line 39
        ip = PACKET(ctx, struct iphdr, 14);
#line 40
        if ((ip == NULL) || (ip->protocol != 6)) {
#line 41
                return 2;
        }
#line 42
        header = PACKET(ctx, struct tcphdr, 14 + ((u8)READ_BITS(ip, ihl) * 4));
#line 43
        if (header == NULL) {
#line 44
                return 2;
        }
#line 45
        port = (i64)__builtin_bswap16(header->dest);
#line 46
        MAP_ADD(&ports, &(u16){(u16)port}, u64, 1);
#line 47
        return (port == 22) ? 1 : 2;
}
