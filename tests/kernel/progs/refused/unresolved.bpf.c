// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Calls a function that no object defines, and names one that no kernel has.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#ifdef OF_KERNEL
extern int no_kernel_has_this(void) __ksym;
#define CALLED no_kernel_has_this
#else
extern int nobody_defines_this(void);
#define CALLED nobody_defines_this
#endif

SEC("xdp")
int on_packet(struct xdp_md *ctx)
{
        return CALLED();
}
