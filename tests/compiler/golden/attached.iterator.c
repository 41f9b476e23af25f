/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_iter__task;
struct task_struct;
struct task_struct {
        i32 tgid;
} __attribute__((preserve_access_index));
struct bpf_iter__task {
        struct task_struct *task;
} __attribute__((preserve_access_index));

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("iter/task")
#line 148 "tests/compiler/corpus/attached.py"
int iterator(struct bpf_iter__task *ctx)
{
        struct task_struct *task = 0;

#line 149
        task = ctx->task;
#line 150
        if (task == NULL) {
#line 151
                return 0;
        }
#line 152
        total = total + task->tgid;
        return 0;
}
