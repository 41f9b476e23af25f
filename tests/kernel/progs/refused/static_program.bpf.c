// SPDX-License-Identifier: MIT OR GPL-2.0-only
// libbpf loads global functions as programs, and this one is not.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("xdp") __attribute__((used))
static int hidden(struct xdp_md *ctx)
{
        return XDP_PASS;
}
