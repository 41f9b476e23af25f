/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct __sk_buff;
struct bpf_flow_keys;
struct bpf_sock;
struct __sk_buff {
        u32 len;
        u32 pkt_type;
        u32 mark;
        u32 queue_mapping;
        u32 protocol;
        u32 vlan_present;
        u32 vlan_tci;
        u32 vlan_proto;
        u32 priority;
        u32 ingress_ifindex;
        u32 ifindex;
        u32 tc_index;
        u32 cb[5];
        u32 hash;
        u32 tc_classid;
        u32 data;
        u32 data_end;
        u32 napi_id;
        u32 family;
        u32 remote_ip4;
        u32 local_ip4;
        u32 remote_ip6[4];
        u32 local_ip6[4];
        u32 remote_port;
        u32 local_port;
        u32 data_meta;
        union { void *flow_keys; };
        u64 tstamp;
        u32 wire_len;
        u32 gso_segs;
        union { void *sk; };
        u32 gso_size;
        u8 tstamp_type;
        u64 hwtstamp;
};
_Static_assert(sizeof(struct __sk_buff) == 192, "as in BTF");

char LICENSE[] SEC("license") = "GPL";

SEC("tc")
#line 85 "tests/compiler/corpus/packets.py"
int traffic_control(struct __sk_buff *ctx)
{
        struct __sk_buff *skb = ctx;

#line 86
        if ((skb->len > 100) && (__builtin_bswap16(skb->protocol) == 2048)) {
#line 87
                skb->mark = 7U;
#line 88
                return 2;
        }
#line 89
        return 0;
}
