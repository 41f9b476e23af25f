// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Maps as libbpf before 1.0 took them.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
        __u32 type, key_size, value_size, max_entries, map_flags;
} old_counts SEC("maps") = {BPF_MAP_TYPE_ARRAY, 4, 8, 1, 0};

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
        __u32 zero = 0;

        return bpf_map_lookup_elem(&old_counts, &zero) ? XDP_PASS : XDP_DROP;
}
