/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

static __u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 1024);
        __type(key, u32);
        __type(value, u64);
} calls SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_getppid")
#line 137 "tests/compiler/corpus/attached.py"
int without_arguments(void *ctx)
{
#line 138
        MAP_ADD(&calls, &(u32){(u32)(bpf_get_current_pid_tgid() >> 32)}, u64, 1);
        return 0;
}
