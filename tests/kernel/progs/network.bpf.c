// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Programs that see packets and sockets: each counts the UDP packets to one port, or its events, in a place of `counts`.
#include "counts.bpf.h"

#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum place {
        by_xdp,
        by_tc,
        by_tcx,
        by_cgroup_skb,
        by_connect4,
        by_sockops,
        by_socket_filter,
        by_reuseport,
        by_sk_lookup,
        by_sk_msg,
        by_sk_skb,
        by_netfilter,
        by_second_xdp,
        by_netkit,
        by_frames,
        by_flow_dissector,
};

const volatile __u16 counted_port = 0;

struct {
        __uint(type, BPF_MAP_TYPE_SOCKMAP);
        __uint(max_entries, 2);
        __type(key, __u32);
        __type(value, __u64);
} sockets SEC(".maps");

static __always_inline int is_counted(void *ip_header, void *end)
{
        struct iphdr *ip = ip_header;
        struct udphdr *udp = (void *)(ip + 1);

        return (void *)(udp + 1) <= end && ip->protocol == IPPROTO_UDP && udp->dest == bpf_htons(counted_port);
}

static __always_inline void count_frame(__u32 place, void *data, void *end)
{
        if (data + ETH_HLEN <= end && is_counted(data + ETH_HLEN, end))
                add(place, 1);
}

__attribute__((noinline)) int choose(struct xdp_md *ctx)
{
        volatile int action = XDP_PASS;

        return ctx->rx_queue_index == 12345 ? XDP_DROP : action;
}

SEC("xdp")
int on_xdp(struct xdp_md *ctx)
{
        count_frame(by_xdp, (void *)(long)ctx->data, (void *)(long)ctx->data_end);
        return choose(ctx);
}

SEC("xdp")
int on_second_xdp(struct xdp_md *ctx)
{
        count_frame(by_second_xdp, (void *)(long)ctx->data, (void *)(long)ctx->data_end);
        return XDP_PASS;
}

// Sees each frame, whatever is in it.
SEC("xdp")
int each_frame(struct xdp_md *ctx)
{
        add(by_frames, 1);
        return XDP_DROP;
}

// Asks what the flow of each packet is.
SEC("tc")
int ask_flow(struct __sk_buff *skb)
{
        bpf_set_hash_invalid(skb);
        bpf_get_hash_recalc(skb);
        return -1;
}

SEC("flow_dissector")
int on_flow_dissector(struct __sk_buff *skb)
{
        add(by_flow_dissector, 1);
        return BPF_OK;
}

SEC("tc")
int on_tc(struct __sk_buff *skb)
{
        count_frame(by_tc, (void *)(long)skb->data, (void *)(long)skb->data_end);
        return -1;  // TC_ACT_UNSPEC: as if it were not there
}

SEC("tcx/ingress")
int on_tcx(struct __sk_buff *skb)
{
        count_frame(by_tcx, (void *)(long)skb->data, (void *)(long)skb->data_end);
        return -1;
}

SEC("?netkit/primary")
int on_netkit(struct __sk_buff *skb)
{
        add(by_netkit, 1);
        return -1;
}

SEC("cgroup_skb/egress")
int on_cgroup_skb(struct __sk_buff *skb)
{
        if (is_counted((void *)(long)skb->data, (void *)(long)skb->data_end))
                add(by_cgroup_skb, 1);
        return 1;
}

SEC("cgroup/connect4")
int on_connect4(struct bpf_sock_addr *ctx)
{
        if (ctx->user_port == bpf_htons(counted_port))
                add(by_connect4, 1);
        return 1;
}

SEC("sockops")
int on_sockops(struct bpf_sock_ops *ctx)
{
        if (ctx->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
                add(by_sockops, 1);
        return 1;
}

SEC("socket")
int on_socket(struct __sk_buff *skb)
{
        add(by_socket_filter, 1);
        return skb->len;
}

SEC("sk_reuseport")
int on_reuseport(struct sk_reuseport_md *ctx)
{
        add(by_reuseport, 1);
        return SK_PASS;
}

SEC("sk_lookup")
int on_sk_lookup(struct bpf_sk_lookup *ctx)
{
        if (ctx->local_port == counted_port)
                add(by_sk_lookup, 1);
        return SK_PASS;
}

SEC("sk_msg")
int on_sk_msg(struct sk_msg_md *msg)
{
        add(by_sk_msg, 1);
        return SK_PASS;
}

SEC("sk_skb/stream_verdict")
int on_sk_skb(struct __sk_buff *skb)
{
        add(by_sk_skb, 1);
        return SK_PASS;
}

SEC("?netfilter")
int on_netfilter(void *ctx)
{
        add(by_netfilter, 1);
        return 1;  // NF_ACCEPT
}
