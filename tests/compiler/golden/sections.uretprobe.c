/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct pt_regs;
struct pt_regs {
        u64 ax;
} __attribute__((preserve_access_index));

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("uretprobe//lib/x86_64-linux-gnu/libc.so.6:abs")
#line 44 "tests/compiler/corpus/sections.py"
int uretprobe(struct pt_regs *ctx)
{
        i32 ret = (i32)ctx->ax;

#line 45
        total = total + ret;
        return 0;
}
