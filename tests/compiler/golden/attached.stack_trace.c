/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

static long (*bpf_get_stackid)(void *ctx, void *map, __u64 flags) = (void *)27;

struct {
        __uint(type, BPF_MAP_TYPE_STACK_TRACE);
        __uint(max_entries, 128);
        __uint(key_size, 4);
        __uint(value_size, 1016);
} stacks SEC(".maps");

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("tracepoint/syscalls/sys_enter_getppid")
#line 210 "tests/compiler/corpus/attached.py"
int stack_trace(void *ctx)
{
        i64 number = 0;

#line 211
        number = bpf_get_stackid(ctx, &stacks, 256ULL);
#line 212
        if (number >= 0) {
#line 213
                total = 1ULL;
        }
        return 0;
}
