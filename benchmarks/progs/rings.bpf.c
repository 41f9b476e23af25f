// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Many rings in one map of maps; a run emits into some of them.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct inner {
        __uint(type, BPF_MAP_TYPE_RINGBUF);
        __uint(max_entries, 256 * 1024);
};

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
        __uint(max_entries, 1024);
        __type(key, __u32);
        __array(values, struct inner);
} rings SEC(".maps");

struct emit_args {
        __u64 sequence;  // of the first record
        __u32 first;     // ring
        __u32 over;      // rings
        __u32 count;     // records into each
        __u32 unused;
};

static long emit_one(__u32 index, void *data)
{
        struct emit_args *args = data;
        __u32 number = args->first + index / args->count;
        void *ring = bpf_map_lookup_elem(&rings, &number);
        __u64 *record;

        if (!ring)
                return 1;
        record = bpf_ringbuf_reserve(ring, 64, 0);
        if (!record)
                return 1;
        for (int i = 0; i < 8; i++)
                record[i] = args->sequence;
        args->sequence++;
        bpf_ringbuf_submit(record, 0);
        return 0;
}

SEC("syscall")
int emit_into(struct emit_args *args)
{
        struct emit_args copy = *args;
        __u64 last = copy.sequence + (__u64)copy.over * copy.count;

        if (!copy.count)
                return 0;
        bpf_loop(copy.over * copy.count, emit_one, &copy, 0);
        return copy.sequence == last ? 0 : 1;
}
