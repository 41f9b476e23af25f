/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct task_struct;
struct task_struct {
        u32 in_execve : 1;
        u32 no_cgroup_migration : 1;
        u32 policy;
        u32 sched_reset_on_fork : 1;
} __attribute__((preserve_access_index));

struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");

static __u64 (*bpf_get_current_task)(void) = (void *)35;
static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 111 "tests/compiler/corpus/kernel_types.py"
int bitfields_of_the_kernel(struct Args *ctx)
{
        struct Args *args = ctx;
        struct task_struct *task = 0;
        struct task_struct *probed = 0;

#line 112
        task = bpf_get_current_task_btf();
#line 113
        probed = (struct task_struct *)(void *)(bpf_get_current_task());
#line 114
        args->a = (i64)(((u32)READ_BITS(task, in_execve) + ((u32)READ_BITS(task, sched_reset_on_fork) * 2)) + ((u32)READ_BITS(task, no_cgroup_migration) * 4));
#line 115
        args->c = (i64)(((u32)READ_BITS_KERNEL(probed, in_execve) + ((u32)READ_BITS_KERNEL(probed, sched_reset_on_fork) * 2)) + ((u32)READ_BITS_KERNEL(probed, no_cgroup_migration) * 4));
#line 116
        args->b = (i64)task->policy;
#line 117
        args->result = (i64)READ_KERNEL(probed->policy);
        return 0;
}
