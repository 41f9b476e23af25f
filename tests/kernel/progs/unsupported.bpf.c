// SPDX-License-Identifier: MIT OR GPL-2.0-only
// No kernel lets a BPF program be tcp_congestion_ops::get_info (net/ipv4/bpf_tcp_ca.c, unsupported_ops): it
// answers ENOTSUPP.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct tcp_congestion_ops {
        unsigned long (*get_info)(void *sock, __u32 ext, int *attr, void *info);
        char name[16];
} __attribute__((preserve_access_index));

SEC("struct_ops/get_info")
unsigned long get_info(void *ctx)
{
        return 0;
}

SEC(".struct_ops")
struct tcp_congestion_ops unsupported = {
        .get_info = (void *)get_info,
        .name = "aiobpf",
};
