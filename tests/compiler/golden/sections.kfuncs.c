/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct task_struct;
struct task_struct {
        i32 tgid;
} __attribute__((preserve_access_index));

extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/task_newtask")
#line 131 "tests/compiler/corpus/sections.py"
int kfuncs(u64 *ctx)
{
        struct task_struct *task = (void *)ctx[0];
        struct task_struct *held = 0;

#line 132
        held = bpf_task_acquire(task);
#line 133
        if (held != NULL) {
#line 134
                total = total + held->tgid;
#line 135
                bpf_task_release(held);
        }
        return 0;
}
