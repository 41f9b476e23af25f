/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>
#include <aiobpf.bpf.h>

struct Exec {
        u32 pid;
        u32 parent;
        char comm[16];
        char filename[64];
};
_Static_assert(sizeof(struct Exec) == 88, "as in Python");
AIOBPF_EVENT_TYPE(struct Exec);

static long (*bpf_get_current_comm)(void *buf, __u32 size_of_buf) = (void *)16;
static __u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;
static long (*bpf_probe_read_user_str)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)114;

AIOBPF_RING(events, 65536);

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_openat")
#line 116 "tests/compiler/corpus/attached.py"
int syscall_arguments_by_name(void *ctx)
{
        char *filename = (void *)*(u64 *)(ctx + 24);
        u64 flags = *(u64 *)(ctx + 32);

#line 117
        {
                struct Exec *event_ = AIOBPF_RESERVE(events, struct Exec);
                if (event_) {
                        __builtin_memset(event_, 0, sizeof(*event_));
                        event_->pid = (u32)(bpf_get_current_pid_tgid() >> 32);
                        event_->parent = (u32)flags;
                        bpf_get_current_comm(&event_->comm, sizeof(event_->comm));
                        bpf_probe_read_user_str(&event_->filename, sizeof(event_->filename), filename);
                        AIOBPF_SUBMIT_FLAGS(events, event_, 0);
                }
        }
        return 0;
}
