// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Reserves in a ring where its lock is being waited for on the same CPU: there the kernel gives nothing, although
// there is room.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

AIOBPF_RING(shared, 1024 * 1024);

/* Set while a program of ours is in the ring on that CPU: other locks are waited for, too. */
struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, 1);
        __type(key, __u32);
        __type(value, __u64);
} inside SEC(".maps");

SEC("tp_btf/contention_begin")
int BPF_PROG(on_contention, void *lock, unsigned int flags)
{
        __u32 zero = 0;
        __u64 *ours = bpf_map_lookup_elem(&inside, &zero);
        __u64 *record;

        if (!ours || !*ours)
                return 0;
        record = AIOBPF_RESERVE(shared, __u64);
        if (record)
                AIOBPF_DISCARD(shared, record);
        return 0;
}

static long once(__u32 index, void *unused)
{
        __u32 zero = 0;
        __u64 *ours = bpf_map_lookup_elem(&inside, &zero);
        __u64 *record;

        if (!ours)
                return 1;
        *ours = 1;
        record = AIOBPF_RESERVE(shared, __u64);
        if (record)
                AIOBPF_DISCARD(shared, record);
        *ours = 0;
        return 0;
}

SEC("syscall")
int reserve_and_discard(void *context)
{
        bpf_loop(20000, once, 0, 0);
        return 0;
}
