/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct task_struct;
struct task_struct {
        u32 flags;
} __attribute__((preserve_access_index));

static __noinline u32 outer_bits(u32 x);

u64 total;

char LICENSE[] SEC("license") = "GPL";

#line 145 "tests/compiler/corpus/sections.py"
static __noinline u32 outer_bits(u32 x)
{
#line 146
        return x >> 16;
}

SEC("raw_tp/sched_switch")
#line 151 "tests/compiler/corpus/sections.py"
int raw_tracepoint_of_several(u64 *ctx)
{
        struct task_struct *prev = (void *)ctx[1];
        struct task_struct *next = (void *)ctx[2];

#line 152
        total = total + (outer_bits(READ_KERNEL(prev->flags)) + READ_KERNEL(next->flags));
        return 0;
}
