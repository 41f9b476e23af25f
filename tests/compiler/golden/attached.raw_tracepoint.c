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

SEC("raw_tp/sched_process_exec")
#line 85 "tests/compiler/corpus/attached.py"
int raw_tracepoint(u64 *ctx)
{
        struct task_struct *p = (void *)ctx[0];
        struct linux_binprm *bprm = (void *)ctx[2];
        struct Exec *event = 0;

#line 86
        event = AIOBPF_RESERVE(events, struct Exec);
#line 87
        if (event == NULL) {
#line 88
                return 0;
        }
#line 89
        event->pid = (u32)READ_KERNEL(p->tgid);
#line 90
        event->parent = (u32)READ_KERNEL(READ_KERNEL(p->real_parent)->tgid);
#line 91
        bpf_get_current_comm(&event->comm, sizeof(event->comm));
#line 92
        bpf_probe_read_kernel_str(&event->filename, sizeof(event->filename), READ_KERNEL(bprm->filename));
#line 93
        AIOBPF_SUBMIT_FLAGS(events, event, 0);
        return 0;
}
