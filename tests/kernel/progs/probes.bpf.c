// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Probes of functions of the kernel and of libprobed.so: where each counts is an index of `counts`.
#include "counts.bpf.h"

#include <linux/ptrace.h>
#include <stdbool.h>

#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum place {
        by_kprobe,
        by_kretprobe,
        by_kprobe_multi,
        by_ksyscall,
        by_uprobe,
        by_uretprobe,
        by_uprobe_multi,
        by_usdt,
        by_raw_tracepoint,
        by_perf_event,
        by_anyone,
        cookie = 32,
        argument,
        returned,
};

SEC("?kprobe")
int on_kprobe(void *ctx)
{
        count(by_kprobe);
        keep(cookie, bpf_get_attach_cookie(ctx));
        return 0;
}

SEC("?kretprobe")
int on_kretprobe(struct pt_regs *ctx)
{
        count(by_kretprobe);
        keep(returned, PT_REGS_RC(ctx));
        return 0;
}

SEC("?kprobe.multi")
int on_kprobe_multi(void *ctx)
{
        count(by_kprobe_multi);
        keep(cookie, bpf_get_attach_cookie(ctx));
        return 0;
}

SEC("?kretprobe.multi/*_sys_getppid")
int on_kretprobe_multi(void *ctx)
{
        count(by_kprobe_multi);
        return 0;
}

SEC("?ksyscall/getppid")
int on_ksyscall(void *ctx)
{
        count(by_ksyscall);
        return 0;
}

SEC("?uprobe")
int on_uprobe(struct pt_regs *ctx)
{
        count(by_uprobe);
        keep(cookie, bpf_get_attach_cookie(ctx));
        keep(argument, PT_REGS_PARM1(ctx));
        return 0;
}

SEC("?uprobe/libc.so.6:no_such_function")
int on_nothing(void *ctx)
{
        return 0;
}

SEC("?uretprobe")
int on_uretprobe(struct pt_regs *ctx)
{
        count(by_uretprobe);
        keep(returned, PT_REGS_RC(ctx));
        return 0;
}

SEC("?uprobe.multi")
int on_uprobe_multi(void *ctx)
{
        count(by_uprobe_multi);
        keep(cookie, bpf_get_attach_cookie(ctx));
        return 0;
}

SEC("?uretprobe.multi//no/such/file:probed_*")
int on_uretprobe_multi(void *ctx)
{
        return 0;
}

SEC("?usdt")
int on_usdt(struct pt_regs *ctx)
{
        long value = 0;

        count(by_usdt);
        keep(cookie, bpf_usdt_cookie(ctx));
        if (bpf_usdt_arg(ctx, 0, &value) == 0)
                keep(argument, value);
        return 0;
}

const volatile __s64 counted_syscall = -1;

SEC("?raw_tp")
int on_raw_tracepoint(struct bpf_raw_tracepoint_args *ctx)
{
        if ((__s64)ctx->args[1] == counted_syscall)
                count(by_raw_tracepoint);
        return 0;
}

SEC("?perf_event")
int on_perf_event(void *ctx)
{
        count(by_perf_event);
        add(by_anyone, 1);
        return 0;
}
