// SPDX-License-Identifier: MIT OR GPL-2.0-only
// What a probe of openat records, written by hand: the baseline of probe_cost and probe_filter.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define ROOM 258

struct openat_event {
        __u64 time_ns;
        __u32 pid, tid, uid, gid;
        __u64 cgroup;
        char comm[16];
        __u32 cpu;
        __u64 truncated_bits, unreadable_bits;
        __s32 syscall_nr;
        __s32 dfd;
        char filename[ROOM];
        __s32 flags;
        __u16 mode;
};

struct openat_args {
        __u64 common;
        __s32 nr;
        __u64 dfd;
        const char *filename;
        __u64 flags;
        __u64 mode;
};

AIOBPF_RING(opens, 1024 * 1024);

const volatile __u32 only_pid = 0;

SEC("tracepoint/syscalls/sys_enter_openat")
int on_openat(struct openat_args *args)
{
        __u64 ids = bpf_get_current_pid_tgid();
        __u64 users = bpf_get_current_uid_gid();
        struct openat_event *e;
        long length;

        if (ids >> 32 != only_pid)
                return 0;
        e = AIOBPF_RESERVE(opens, struct openat_event);
        if (!e)
                return 0;
        e->time_ns = bpf_ktime_get_ns();
        e->pid = ids >> 32;
        e->tid = (__u32)ids;
        e->uid = (__u32)users;
        e->gid = users >> 32;
        e->cgroup = bpf_get_current_cgroup_id();
        bpf_get_current_comm(e->comm, sizeof(e->comm));
        e->cpu = bpf_get_smp_processor_id();
        e->syscall_nr = args->nr;
        e->dfd = args->dfd;
        e->flags = args->flags;
        e->mode = args->mode;
        length = bpf_probe_read_user_str(e->filename, ROOM, args->filename);
        e->unreadable_bits = length < 0;
        e->truncated_bits = length == ROOM;
        AIOBPF_SUBMIT(opens, e);
        return 0;
}

// The same filter, on a program that records nothing of us.
SEC("tracepoint/syscalls/sys_enter_openat")
int on_other_openat(struct openat_args *args)
{
        if (bpf_get_current_pid_tgid() >> 32 != only_pid + 1)
                return 0;
        struct openat_event *e = AIOBPF_RESERVE(opens, struct openat_event);
        if (e)
                AIOBPF_DISCARD(opens, e);
        return 0;
}
