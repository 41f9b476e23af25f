/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct pt_regs;
struct pt_regs {
        u64 sp;
} __attribute__((preserve_access_index));

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("kprobe/vfs_read")
#line 62 "tests/compiler/corpus/sections.py"
int kprobe_registers(struct pt_regs *ctx)
{
#line 63
        total = total + (ctx->sp != 0);
        return 0;
}
