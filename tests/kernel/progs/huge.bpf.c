// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Reserves a record that no ring gives out, in a ring that has room for it.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

AIOBPF_RING(huge, 1U << 31);

struct gibibyte {
        char bytes[1 << 30];
};

SEC("syscall")
int reserve_a_gibibyte(void *ctx)
{
        struct gibibyte *record = AIOBPF_RESERVE(huge, struct gibibyte);
        if (record)
                AIOBPF_DISCARD(huge, record);
        return record ? 0 : 1;
}
