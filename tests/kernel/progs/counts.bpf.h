// SPDX-License-Identifier: MIT OR GPL-2.0-only
// For programs that are attached: each counts, in a place of `counts`, the events of one thread: what others do
// meanwhile does not count.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 64);
        __type(key, __u32);
        __type(value, __u64);
} counts SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, __u32);
        __type(value, __u64);
} watched SEC(".maps");

static __always_inline int is_watched(void)
{
        __u32 zero = 0;
        __u64 *thread = bpf_map_lookup_elem(&watched, &zero);

        return thread && *thread == bpf_get_current_pid_tgid();
}

static __always_inline void add(__u32 place, __u64 more)
{
        __u64 *value = bpf_map_lookup_elem(&counts, &place);

        if (value)
                __sync_fetch_and_add(value, more);
}

static __always_inline void count(__u32 place)
{
        if (is_watched())
                add(place, 1);
}

// Not a count: the last one that was seen.
static __always_inline void keep(__u32 place, __u64 value)
{
        __u64 *kept = bpf_map_lookup_elem(&counts, &place);

        if (kept && is_watched())
                *kept = value;
}

// The thread that runs this is the one that is watched: its number in user space may be another one.
SEC("syscall")
int watch_me(void *ctx)
{
        __u32 zero = 0;
        __u64 thread = bpf_get_current_pid_tgid();

        return bpf_map_update_elem(&watched, &zero, &thread, BPF_ANY);
}
