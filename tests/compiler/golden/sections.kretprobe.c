/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct pt_regs;
struct pt_regs {
        u64 ax;
} __attribute__((preserve_access_index));

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("kretprobe/do_unlinkat")
#line 56 "tests/compiler/corpus/sections.py"
int kretprobe(struct pt_regs *ctx)
{
        i32 ret = (i32)ctx->ax;

#line 57
        total = total + (ret < 0);
        return 0;
}
