// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Types that C++ has to be told how to lay out, and names that it or Python keeps for itself. Its skeleton asserts
// sizes and offsets when it is compiled.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct packed {
        __u8 kind;
        __u64 value;
        __u16 last;
} __attribute__((packed));

struct aligned {
        __u8 kind;
        __u32 line __attribute__((aligned(64)));
};

struct holds_both {
        __u8 first;
        struct packed packed;
        struct aligned aligned;
        union {
                __u32 word;
                struct packed inside;
        };
};

struct packed_bits {
        __u8 kind;
        __u32 across : 31;
} __attribute__((packed));

struct zero_width {
        __u32 low : 3;
        __u32 : 0;
        __u32 high : 3;
};

typedef struct {
        __u32 only;
} only_typedef;

enum class { private = 1, True = 2 };

struct namespace {
        enum class new;
        __u32 import;
        __u32 operator;
        only_typedef events;
};

AIOBPF_EVENT_TYPE(struct holds_both);
AIOBPF_EVENT_TYPE(struct packed_bits);
AIOBPF_EVENT_TYPE(struct zero_width);
AIOBPF_EVENT_TYPE(struct namespace);
AIOBPF_RING(events, 4096);

const volatile struct namespace lambda;
const volatile char text[16] = "text";
const volatile double real = 0.5;

SEC("syscall")
int template(void *ctx)
{
        struct namespace *event = AIOBPF_RESERVE(events, struct namespace);

        if (!event)
                return 1;
        event->new = True;
        event->import = lambda.import;
        event->operator = text[0];
        event->events.only = 7;
        AIOBPF_SUBMIT(events, event);
        return 0;
}

__u32 limit = 9;
only_typedef counter;

SEC("syscall")
int count(void *ctx)
{
        __sync_fetch_and_add(&counter.only, limit);
        return 0;
}
