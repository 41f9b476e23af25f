// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A stack trace map without a size for its values, as many programs leave it to who loads them.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
        __uint(type, BPF_MAP_TYPE_STACK_TRACE);
        __uint(key_size, 4);
        __uint(max_entries, 16);
} stacks SEC(".maps");

SEC("perf_event")
int on_sample(void *ctx)
{
        return bpf_get_stackid(ctx, &stacks, 0) < 0;
}
