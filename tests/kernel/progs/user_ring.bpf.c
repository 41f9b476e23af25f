// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Drains a user ring: adds up what user space wrote, in one run of a SEC("syscall") program.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
        __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
        __uint(max_entries, 4096);
} requests SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, __u32);
        __type(value, __u64);
} table SEC(".maps");

struct drain_args {
        __u64 sum;      // of the numbers that the records begin with
        __u64 last;     // the number of the last one
        __u64 records;
        __u64 left;     // how many are to be taken; 0: all
};

static long take(struct bpf_dynptr *record, void *data)
{
        struct drain_args *args = data;
        __u64 number;

        if (bpf_dynptr_read(&number, sizeof(number), record, 0, 0))
                return 1;
        args->sum += number;
        args->last = number;
        args->records++;
        return args->left && args->records == args->left;
}

SEC("syscall")
int drain(struct drain_args *args)
{
        struct drain_args copy = *args;
        long taken = bpf_user_ringbuf_drain(&requests, take, &copy, 0);

        *args = copy;
        return taken;
}
