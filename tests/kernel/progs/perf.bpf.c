// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Emits exactly as many records as it is asked to into a perf buffer, on the CPU that it is run on.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "GPL";

struct numbered {
        __u64 sequence;
        __u64 check;  // ~sequence
        __u32 cpu;
        __u32 unused;
        __u64 more[3];
};
AIOBPF_EVENT_TYPE(struct numbered);

struct {
        __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
        __uint(key_size, sizeof(__u32));
        __uint(value_size, sizeof(__u32));
} samples SEC(".maps");

AIOBPF_RING(ring, 256 * 1024);

// What a run is given. Programs that may sleep, as "syscall" ones, cannot use a perf buffer: these are of a
// tracepoint that they are never attached to.
struct emit_args {
        __u64 first_sequence;
        __u64 count;
        __u64 size;  // bytes of each: 16 to 4096; 0: struct numbered; 1: from 16 to 527, by its number
};

struct loop {
        void *ctx;
        __u64 sequence;
        __u32 size;
        __u32 refused;
};

static __u64 scratch[512];

static long emit_one(__u32 index, void *data)
{
        struct loop *loop = data;
        __u32 size = loop->size;
        long failed;

        if (size == 0) {
                struct numbered record = {.sequence = loop->sequence, .check = ~loop->sequence,
                                          .cpu = bpf_get_smp_processor_id()};
                failed = bpf_perf_event_output(loop->ctx, &samples, BPF_F_CURRENT_CPU, &record, sizeof(record));
        } else {
                if (size == 1)
                        size = 16 + (loop->sequence & 511);
                if (size > sizeof(scratch))
                        return 1;
                scratch[0] = loop->sequence;
                scratch[1] = ~loop->sequence;
                failed = bpf_perf_event_output(loop->ctx, &samples, BPF_F_CURRENT_CPU, scratch, size);
        }
        loop->sequence++;
        if (failed)
                loop->refused++;
        return 0;
}

// Returns how many were refused.
SEC("raw_tp/sys_enter")
int emit_samples(struct emit_args *args)
{
        struct loop loop = {.ctx = args, .sequence = args->first_sequence, .size = args->size};
        __u32 count = args->count;

        bpf_loop(count, emit_one, &loop, 0);
        return loop.refused;
}

SEC("raw_tp/sys_enter")
int emit_into_ring(struct emit_args *args)
{
        struct numbered *record = AIOBPF_RESERVE(ring, struct numbered);

        if (!record)
                return 1;
        __builtin_memset(record, 0, sizeof(*record));
        record->sequence = args->first_sequence;
        record->check = ~args->first_sequence;
        AIOBPF_SUBMIT(ring, record);
        return 0;
}
