/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct pt_regs;
struct pt_regs {
        u64 di;
} __attribute__((preserve_access_index));

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("uprobe//lib/x86_64-linux-gnu/libc.so.6:abs")
#line 38 "tests/compiler/corpus/sections.py"
int uprobe(struct pt_regs *ctx)
{
        i32 number = (i32)ctx->di;

#line 39
        total = total + -number;
        return 0;
}
