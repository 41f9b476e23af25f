/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct cred;
struct task_struct;
struct task_struct {
        char comm[16];
        struct cred *cred;
        struct task_struct *real_parent;
        i32 tgid;
} __attribute__((preserve_access_index));
struct cred {
        struct { u32 val; } uid;
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

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 53 "tests/compiler/corpus/kernel_types.py"
int probed_pointers(struct Args *ctx)
{
        struct Args *args = ctx;
        struct task_struct *task = 0;
        char name[16] = {};

#line 54
        task = (struct task_struct *)(void *)(bpf_get_current_task());
#line 55
        args->a = (i64)READ_KERNEL(task->tgid);
#line 56
        args->b = (i64)READ_KERNEL(READ_KERNEL(task->real_parent)->tgid);
#line 57
        args->c = (i64)READ_KERNEL(READ_KERNEL(READ_KERNEL(task->real_parent)->cred)->uid.val);
#line 58
        bpf_probe_read_kernel(&name, sizeof(name), &task->comm);
#line 59
        __builtin_memcpy(&args->text, &name, 16);
        return 0;
}
