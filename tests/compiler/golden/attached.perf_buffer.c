/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct Exec {
        u32 pid;
        u32 parent;
        char comm[16];
        char filename[64];
};
_Static_assert(sizeof(struct Exec) == 88, "as in Python");

static __u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;
static long (*bpf_perf_event_output)(void *ctx, void *map, __u64 flags, void *data, __u64 size) = (void *)25;

struct {
        __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
        __type(key, u32);
        __type(value, u32);
} perf SEC(".maps");

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_getppid")
#line 274 "tests/compiler/corpus/attached.py"
int perf_buffer(void *ctx)
{
        i64 failed = 0;

#line 275
        failed = bpf_perf_event_output(ctx, &perf, 0xffffffffULL /* this CPU */, ({ struct Exec *made_ = (struct Exec [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->pid = (u32)(bpf_get_current_pid_tgid() >> 32); made_; }), sizeof(struct Exec));
#line 276
        total = (u64)((failed == -2) ? 2 : 1);
        return 0;
}
