/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_sock;
struct bpf_sock_ops;
struct bpf_sock_ops {
        u32 op;
        union { u32 args[4]; u32 reply; u32 replylong[4]; };
        u32 family;
        u32 remote_ip4;
        u32 local_ip4;
        u32 remote_ip6[4];
        u32 local_ip6[4];
        u32 remote_port;
        u32 local_port;
        u32 is_fullsock;
        u32 snd_cwnd;
        u32 srtt_us;
        u32 bpf_sock_ops_cb_flags;
        u32 state;
        u32 rtt_min;
        u32 snd_ssthresh;
        u32 rcv_nxt;
        u32 snd_nxt;
        u32 snd_una;
        u32 mss_cache;
        u32 ecn_flags;
        u32 rate_delivered;
        u32 rate_interval_us;
        u32 packets_out;
        u32 retrans_out;
        u32 total_retrans;
        u32 segs_in;
        u32 data_segs_in;
        u32 segs_out;
        u32 data_segs_out;
        u32 lost_out;
        u32 sacked_out;
        u32 sk_txhash;
        u64 bytes_received;
        u64 bytes_acked;
        union { void *sk; };
        union { void *skb_data; };
        union { void *skb_data_end; };
        u32 skb_len;
        u32 skb_tcp_flags;
        u64 skb_hwtstamp;
};
_Static_assert(sizeof(struct bpf_sock_ops) == 224, "as in BTF");

char LICENSE[] SEC("license") = "GPL";

SEC("sockops")
#line 111 "tests/compiler/corpus/sections.py"
int sock_ops(struct bpf_sock_ops *ctx)
{
#line 112
        if (ctx->op == 4) {
#line 113
                ctx->reply = 10U;
        }
#line 114
        return 1;
}
