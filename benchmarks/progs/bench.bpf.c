// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Fills a ring with records of one length, or emits one record at a time. The ring has no counters:
// what is measured is reading, and both readers find the same bytes.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

// 40 bytes.
struct event {
        __u64 sequence;
        __u64 nanoseconds;  // bpf_ktime_get_ns() of `emit_one`
        __u32 pid;
        __u32 cpu;
        char comm[16];
};
AIOBPF_EVENT_TYPE(struct event);

struct {
        __uint(type, BPF_MAP_TYPE_RINGBUF);
        __uint(max_entries, 1024 * 1024);
} events SEC(".maps");

struct fill_args {
        __u64 sequence;  // of the first record; afterwards, of the next one
        __u64 seed;      // of the random lengths, not 0
        __u32 count;     // records at most: ends earlier when the ring is full
        __u32 size;      // bytes of each; 0: random, 16 to 512
};

// Every word of a record is written, as a program with something to say would.
#define FILL_RECORD(bytes)                                                    \
        do {                                                                  \
                __u64 *words = bpf_ringbuf_reserve(&events, bytes, 0);        \
                if (!words)                                                   \
                        return 1;                                             \
                _Pragma("unroll") for (int i = 0; i < (bytes) / 8; i++)       \
                        words[i] = args->sequence;                            \
                bpf_ringbuf_submit(words, 0);                  \
        } while (0)

static long fill_16(__u32 index, void *data)
{
        struct fill_args *args = data;
        FILL_RECORD(16);
        args->sequence++;
        return 0;
}

static long fill_64(__u32 index, void *data)
{
        struct fill_args *args = data;
        FILL_RECORD(64);
        args->sequence++;
        return 0;
}

static long fill_256(__u32 index, void *data)
{
        struct fill_args *args = data;
        FILL_RECORD(256);
        args->sequence++;
        return 0;
}

static long fill_1024(__u32 index, void *data)
{
        struct fill_args *args = data;
        FILL_RECORD(1024);
        args->sequence++;
        return 0;
}

static long fill_event(__u32 index, void *data)
{
        struct fill_args *args = data;
        struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
        if (!event)
                return 1;
        event->sequence = args->sequence++;
        event->nanoseconds = 0;
        event->pid = index;
        event->cpu = 1;
        __builtin_memcpy(event->comm, "benchmark\0\0\0\0\0\0", 16);
        bpf_ringbuf_submit(event, 0);
        return 0;
}

static __u64 scratch[64];

static long fill_random(__u32 index, void *data)
{
        struct fill_args *args = data;
        __u64 seed = args->seed;
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        args->seed = seed;
        // 16 to 512; the verifier follows a multiplication's bounds, but not those of %.
        __u64 size = 16 + ((seed >> 32) * 497 >> 32);
        scratch[0] = args->sequence;
        if (bpf_ringbuf_output(&events, scratch, size, 0))
                return 1;
        args->sequence++;
        return 0;
}

SEC("syscall")
int fill(struct fill_args *args)
{
        struct fill_args copy = *args;
        switch (copy.size) {
        case 0: bpf_loop(copy.count, fill_random, &copy, 0); break;
        case 16: bpf_loop(copy.count, fill_16, &copy, 0); break;
        case 40: bpf_loop(copy.count, fill_event, &copy, 0); break;
        case 64: bpf_loop(copy.count, fill_64, &copy, 0); break;
        case 256: bpf_loop(copy.count, fill_256, &copy, 0); break;
        case 1024: bpf_loop(copy.count, fill_1024, &copy, 0); break;
        default: return -1;
        }
        args->sequence = copy.sequence;
        return 0;
}

struct emit_args {
        __u64 sequence;
        __u64 nanoseconds;  // set: when it was emitted
};

static __always_inline void prepare(struct emit_args *args)
{
        args->nanoseconds = bpf_ktime_get_ns();
}

SEC("syscall")
int emit_one(struct emit_args *args)
{
        struct event *event;
        prepare(args);
        event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
        if (!event)
                return 1;
        event->sequence = args->sequence;
        event->nanoseconds = args->nanoseconds;
        event->pid = 0;
        event->cpu = 0;
        __builtin_memset(event->comm, 0, sizeof(event->comm));
        bpf_ringbuf_submit(event, 0);
        return 0;
}

// All of emit_one but the record.
SEC("syscall")
int emit_none(struct emit_args *args)
{
        prepare(args);
        return 0;
}
