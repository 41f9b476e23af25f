// SPDX-License-Identifier: MIT OR GPL-2.0-only
// A program that would interrupt itself: it prints, and is called whenever something is printed. The kernel skips the
// inner run. Kernel 6.2: before, bpf_printk() held a lock there.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

AIOBPF_RING(nested, 4096);

SEC("tp_btf/bpf_trace_printk")
int BPF_PROG(on_printk, const char *text)
{
        __u64 *record = AIOBPF_RESERVE(nested, __u64);

        bpf_printk("again");
        if (!record)
                return 0;
        *record = 1;
        AIOBPF_SUBMIT(nested, record);
        return 0;
}

SEC("syscall")
int print(void *context)
{
        bpf_printk("once");
        return 0;
}
