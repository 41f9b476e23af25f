// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Programs whose target the verifier must know, iterators and struct_ops: where each counts is an index of `counts`.
#include "counts.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum place {
        by_fentry,
        by_fexit,
        by_fmod_ret,
        by_lsm,
        by_struct_ops,
        by_lsm_cgroup,
        returned = 32,
};

SEC("?fentry")
int on_fentry(unsigned long long *ctx)
{
        count(by_fentry);
        return 0;
}

SEC("?fexit")
int on_fexit(unsigned long long *ctx)
{
        count(by_fexit);
        keep(returned, (int)ctx[1]);  // after the one argument of the function
        return 0;
}

SEC("?fmod_ret")
int on_fmod_ret(unsigned long long *ctx)
{
        count(by_fmod_ret);
        return 0;
}

SEC("?fentry/no_such_function")
int on_nothing(void *ctx)
{
        return 0;
}

SEC("?lsm")
int on_lsm(unsigned long long *ctx)
{
        count(by_lsm);
        return 0;
}

SEC("?lsm_cgroup/socket_post_create")
int on_lsm_cgroup(unsigned long long *ctx)
{
        add(by_lsm_cgroup, 1);
        return 1;
}

struct xdp_md;

SEC("?freplace")
int replacement(struct xdp_md *ctx)
{
        return 7;
}

struct seq_file;

struct bpf_iter_meta {
        struct seq_file *seq;
} __attribute__((preserve_access_index));

struct task_struct {
        int pid;
        int tgid;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
        struct bpf_iter_meta *meta;
        struct task_struct *task;
} __attribute__((preserve_access_index));

struct bpf_iter__bpf_map_elem {
        struct bpf_iter_meta *meta;
        struct bpf_map *map;
        void *key;
        void *value;
} __attribute__((preserve_access_index));

struct task_seen {
        __u32 thread;
        __u32 process;
};

SEC("iter/task")
int each_task(struct bpf_iter__task *ctx)
{
        struct task_struct *task = ctx->task;
        struct task_seen seen;

        if (!task)
                return 0;
        seen.thread = task->pid;
        seen.process = task->tgid;
        bpf_seq_write(ctx->meta->seq, &seen, sizeof(seen));
        return 0;
}

SEC("iter/bpf_map_elem")
int each_element(struct bpf_iter__bpf_map_elem *ctx)
{
        __u32 *key = ctx->key;
        __u64 *value = ctx->value;

        if (key && value && *value)
                bpf_seq_write(ctx->meta->seq, key, sizeof(*key));
        return 0;
}

struct tcp_congestion_ops {
        void (*init)(void *sock);
        __u32 (*ssthresh)(void *sock);
        void (*cong_avoid)(void *sock, __u32 ack, __u32 acked);
        __u32 (*undo_cwnd)(void *sock);
        char name[16];
} __attribute__((preserve_access_index));

SEC("struct_ops/start")
void start(unsigned long long *ctx)
{
        add(by_struct_ops, 1);
}

SEC("struct_ops/threshold")
__u32 threshold(unsigned long long *ctx)
{
        return 2;
}

SEC("struct_ops/avoid")
void avoid(unsigned long long *ctx)
{
}

SEC("struct_ops/undo")
__u32 undo(unsigned long long *ctx)
{
        return 2;
}

SEC(".struct_ops")
struct tcp_congestion_ops congestion = {
        .init = (void *)start,
        .ssthresh = (void *)threshold,
        .cong_avoid = (void *)avoid,
        .undo_cwnd = (void *)undo,
        .name = "aiobpf_test",
};
