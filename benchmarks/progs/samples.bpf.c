// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Fills a perf buffer with samples of one length, or emits one at a time, on the CPU that it is run on. Programs
// that may sleep, as "syscall" ones, cannot use a perf buffer: these are of a tracepoint that they are never
// attached to.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
        __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
        __uint(key_size, sizeof(__u32));
        __uint(value_size, sizeof(__u32));
} samples SEC(".maps");

struct fill_args {
        __u64 sequence;  // of the first one
        __u64 count;
        __u64 size;  // 64 or 256
};

struct loop {
        void *ctx;
        __u64 sequence;
        __u64 size;
        __u64 refused;
};

static long fill_one(__u32 index, void *data)
{
        struct loop *loop = data;
        __u64 words[32];
        __u64 size = loop->size == 256 ? 256 : 64;

        for (int i = 0; i < 32; i++)
                words[i] = loop->sequence;
        loop->sequence++;
        if (bpf_perf_event_output(loop->ctx, &samples, BPF_F_CURRENT_CPU, words, size))
                loop->refused++;
        return 0;
}

SEC("raw_tp/sys_enter")
int fill(struct fill_args *args)
{
        struct loop loop = {.ctx = args, .sequence = args->sequence, .size = args->size};
        __u32 count = args->count;

        bpf_loop(count, fill_one, &loop, 0);
        return loop.refused;
}

// 40 bytes, as struct event of bench.bpf.c.
struct event {
        __u64 sequence;
        __u64 nanoseconds;  // bpf_ktime_get_ns()
        __u64 more[3];
};

SEC("raw_tp/sys_enter")
int emit_one(struct fill_args *args)
{
        struct event event = {.sequence = args->sequence, .nanoseconds = bpf_ktime_get_ns()};

        return bpf_perf_event_output(args, &samples, BPF_F_CURRENT_CPU, &event, sizeof(event)) ? 1 : 0;
}

// All of emit_one but the record.
SEC("raw_tp/sys_enter")
int emit_none(struct fill_args *args)
{
        return args->sequence + bpf_ktime_get_ns() == 0;
}
