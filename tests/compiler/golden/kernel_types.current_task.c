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

static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 32 "tests/compiler/corpus/kernel_types.py"
int current_task(struct Args *ctx)
{
        struct Args *args = ctx;
        struct task_struct *task = 0;
        char name[16] = {};

#line 33
        task = bpf_get_current_task_btf();
#line 34
        args->a = (i64)task->tgid;
#line 35
        args->b = (i64)task->real_parent->tgid;
#line 36
        args->c = (i64)task->cred->uid.val;
#line 37
        bpf_probe_read_kernel(&name, sizeof(name), &task->comm);
#line 38
        __builtin_memcpy(&args->text, &name, 16);
        return 0;
}
