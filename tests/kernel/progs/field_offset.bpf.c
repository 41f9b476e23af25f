// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Where a field of the kernel's is: as CO-RE sees it when the object is loaded.
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct task_struct {
        int tgid;
} __attribute__((preserve_access_index));

SEC("syscall")
int offset_of_tgid(void *ctx)
{
        return __builtin_preserve_field_info(((struct task_struct *)0)->tgid, BPF_FIELD_BYTE_OFFSET);
}
