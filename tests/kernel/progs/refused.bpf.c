// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A ring whose lock can never be taken, as in an NMI that interrupts its holder: every reserve fails, although
// there is room. (For real that depends on when two CPUs meet at the lock, which no test can order.)
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

static void *refuse_reserve(void *ring, __u64 size, __u64 flags)
{
        return 0;
}

static long refuse_output(void *ring, void *data, __u64 size, __u64 flags)
{
        return -11;
}

#define bpf_ringbuf_reserve refuse_reserve
#define bpf_ringbuf_output refuse_output
#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

AIOBPF_RING(refusing, 4096);

struct long_record {
        __u8 bytes[8192];
};

SEC("syscall")
int three_attempts(void *context)
{
        __u64 value = 1;
        __u64 *record = AIOBPF_RESERVE(refusing, __u64);
        struct long_record *longer = AIOBPF_RESERVE(refusing, struct long_record);

        if (record)
                AIOBPF_DISCARD(refusing, record);
        if (longer)
                AIOBPF_DISCARD(refusing, longer);
        AIOBPF_OUTPUT(refusing, &value, sizeof(value));
        return 0;
}
