// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A ring that several CPUs reserve in as fast as they can.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

AIOBPF_RING(shared, 1024 * 1024);

static long once(__u32 index, void *unused)
{
        __u64 *record = AIOBPF_RESERVE(shared, __u64);

        if (record)
                AIOBPF_DISCARD(shared, record);
        return 0;
}

SEC("syscall")
int reserve_and_discard(void *context)
{
        bpf_loop(20000, once, 0, 0);
        return 0;
}
