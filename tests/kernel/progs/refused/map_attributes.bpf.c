// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Maps of which an attribute is missing or wrong: each is loaded alone, where a test gives the others what they need.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __type(key, __u32);
        __type(value, __u64);
} without_entries SEC(".maps");

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
        __u32 zero = 0;

        return bpf_map_lookup_elem(&without_entries, &zero) ? XDP_PASS : XDP_DROP;
}
