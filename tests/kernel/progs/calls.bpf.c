// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Counts one system call of one thread, from two kinds of places: what others do meanwhile does not count.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

const volatile __s64 counted_syscall = -1;  // its number; for the raw tracepoint

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 5);
        __type(key, __u32);
        __type(value, __u64);
} counts SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, __u32);
        __type(value, __u64);
} watched SEC(".maps");

static __always_inline void count(__u32 place)
{
        __u32 zero = 0;
        __u64 *thread = bpf_map_lookup_elem(&watched, &zero);
        __u64 *value = bpf_map_lookup_elem(&counts, &place);
        if (thread && value && *thread == bpf_get_current_pid_tgid())
                __sync_fetch_and_add(value, 1);
}

// The thread that runs this is the one that is watched: its number in user space may be another one.
SEC("syscall")
int watch_me(void *ctx)
{
        __u32 zero = 0;
        __u64 thread = bpf_get_current_pid_tgid();
        return bpf_map_update_elem(&watched, &zero, &thread, BPF_ANY);
}

SEC("tracepoint/syscalls/sys_enter_getppid")
int on_getppid(void *ctx)
{
        count(0);
        return 0;
}

SEC("raw_tp/sys_enter")
int on_syscall(struct bpf_raw_tracepoint_args *ctx)
{
        if ((__s64)ctx->args[1] == counted_syscall)
                count(1);
        return 0;
}

// Names no place: options do.
SEC("tracepoint")
int anywhere(void *ctx)
{
        count(2);
        return 0;
}

// Names no place, which the verifier must know: prepare() says it.
SEC("?tp_btf")
int prepared(unsigned long long *ctx)
{
        if ((__s64)ctx[1] == counted_syscall)
                count(3);
        return 0;
}

// Kernel 5.15.
SEC("?tracepoint")
int with_cookie(void *ctx)
{
        __u32 place = 4;
        __u64 cookie = bpf_get_attach_cookie(ctx);
        bpf_map_update_elem(&counts, &place, &cookie, BPF_ANY);
        return 0;
}

SEC("tracepoint/syscalls/sys_enter_no_such_call")
int nowhere(void *ctx)
{
        return 0;
}

struct pair {
        __u32 in;
        __u32 out;
};

SEC("syscall")
int double_it(struct pair *args)
{
        args->out = 2 * args->in;
        return 7;
}
