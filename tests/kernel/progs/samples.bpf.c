// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Counts the samples of a perf event.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, __u32);
        __type(value, __u64);
} samples SEC(".maps");

SEC("perf_event")
int on_sample(void *ctx)
{
        __u32 zero = 0;
        __u64 *value = bpf_map_lookup_elem(&samples, &zero);
        if (value)
                __sync_fetch_and_add(value, 1);
        return 0;
}
