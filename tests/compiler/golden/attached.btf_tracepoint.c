/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>
#include <aiobpf.bpf.h>

struct linux_binprm;
struct task_struct;
struct task_struct {
        struct task_struct *real_parent;
        i32 tgid;
} __attribute__((preserve_access_index));
struct linux_binprm {
        char *filename;
} __attribute__((preserve_access_index));

struct Exec {
        u32 pid;
        u32 parent;
        char comm[16];
        char filename[64];
};
_Static_assert(sizeof(struct Exec) == 88, "as in Python");
AIOBPF_EVENT_TYPE(struct Exec);

static long (*bpf_get_current_comm)(void *buf, __u32 size_of_buf) = (void *)16;
static long (*bpf_probe_read_kernel_str)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)115;

AIOBPF_RING(events, 65536);

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/sched_process_exec")
#line 79 "tests/compiler/corpus/attached.py"
int btf_tracepoint(u64 *ctx)
{
        struct task_struct *p = (void *)ctx[0];
        struct linux_binprm *bprm = (void *)ctx[2];

#line 80
        {
                struct Exec *event_ = AIOBPF_RESERVE(events, struct Exec);
                if (event_) {
                        __builtin_memset(event_, 0, sizeof(*event_));
                        event_->pid = (u32)p->tgid;
                        event_->parent = (u32)p->real_parent->tgid;
                        bpf_get_current_comm(&event_->comm, sizeof(event_->comm));
                        bpf_probe_read_kernel_str(&event_->filename, sizeof(event_->filename), bprm->filename);
                        AIOBPF_SUBMIT_FLAGS(events, event_, 0);
                }
        }
        return 0;
}
