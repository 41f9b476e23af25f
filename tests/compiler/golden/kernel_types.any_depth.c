/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct file;
struct inode;
struct mm_struct;
struct task_struct;
struct task_struct {
        struct task_struct *group_leader;
        struct mm_struct *mm;
        u64 start_time;
} __attribute__((preserve_access_index));
struct mm_struct {
        struct file *exe_file;
} __attribute__((preserve_access_index));
struct file {
        struct inode *f_inode;
} __attribute__((preserve_access_index));
struct inode {
        u64 i_ino;
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
static __u64 (*bpf_ktime_get_ns)(void) = (void *)5;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 70 "tests/compiler/corpus/kernel_types.py"
int any_depth(struct Args *ctx)
{
        struct Args *args = ctx;
        struct task_struct *task = 0;
        struct task_struct *probed = 0;

#line 71
        task = bpf_get_current_task_btf();
#line 72
        args->a = (i64)task->group_leader->start_time;
#line 73
        args->b = (i64)bpf_ktime_get_ns();
#line 74
        probed = (struct task_struct *)(void *)(bpf_get_current_task());
#line 75
        args->c = (i64)READ_KERNEL(READ_KERNEL(READ_KERNEL(READ_KERNEL(probed->mm)->exe_file)->f_inode)->i_ino);
#line 76
        args->result = (i64)task->mm->exe_file->f_inode->i_ino;
        return 0;
}
