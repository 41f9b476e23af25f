// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Reports every program execution of the machine. CO-RE: the kernel's structs are named here with the few
// fields that are read; their offsets are set when the object is loaded. Kernel 5.8.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define KERNEL_TYPE __attribute__((preserve_access_index))

struct mm_struct {
        unsigned long arg_start;
        unsigned long arg_end;
} KERNEL_TYPE;

struct task_struct {
        struct task_struct *real_parent;
        int tgid;
        struct mm_struct *mm;
} KERNEL_TYPE;

struct linux_binprm {
        const char *filename;
} KERNEL_TYPE;

struct exec_event {
        __u64 time_ns;  // CLOCK_MONOTONIC
        __u32 pid;
        __u32 ppid;
        __u32 uid;
        __u32 args_size;  // bytes of `args` that are filled
        char comm[16];
        char filename[256];
        __u8 args[256];  // the start of the arguments, each ended by a NUL
};
AIOBPF_EVENT_TYPE(struct exec_event);

AIOBPF_RING(events, 1024 * 1024);

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_pid, struct linux_binprm *binprm)
{
        struct exec_event *event = AIOBPF_RESERVE(events, struct exec_event);
        struct mm_struct *mm;
        unsigned long size = 0;

        if (!event)
                return 0;
        event->time_ns = bpf_ktime_get_ns();
        event->pid = task->tgid;
        event->ppid = task->real_parent->tgid;
        event->uid = (__u32)bpf_get_current_uid_gid();
        bpf_get_current_comm(event->comm, sizeof(event->comm));
        bpf_probe_read_kernel_str(event->filename, sizeof(event->filename), binprm->filename);

        mm = task->mm;
        if (mm)
                size = mm->arg_end - mm->arg_start;
        if (size > sizeof(event->args))
                size = sizeof(event->args);
        // A record's memory is an earlier record's: what is not filled would show it.
        __builtin_memset(event->args, 0, sizeof(event->args));
        if (mm && bpf_probe_read_user(event->args, size, (void *)mm->arg_start))
                size = 0;
        event->args_size = size;

        AIOBPF_SUBMIT(events, event);
        return 0;
}
