// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include <aiobpf.bpf.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct hello {
        __u64 number;
};
AIOBPF_EVENT_TYPE(struct hello);

AIOBPF_RING(events, 4096);

SEC("raw_tp/sys_enter")
int say_hello(void *ctx)
{
        struct hello *event = AIOBPF_RESERVE(events, struct hello);
        if (!event)
                return 0;
        event->number = 1;
        AIOBPF_SUBMIT(events, event);
        return 0;
}
