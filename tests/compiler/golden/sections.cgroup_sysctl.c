/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_sysctl;
struct bpf_sysctl {
        u32 write;
        u32 file_pos;
};
_Static_assert(sizeof(struct bpf_sysctl) == 8, "as in BTF");

char LICENSE[] SEC("license") = "GPL";

SEC("cgroup/sysctl")
#line 125 "tests/compiler/corpus/sections.py"
int cgroup_sysctl(struct bpf_sysctl *ctx)
{
#line 126
        return (ctx->write != 0) ? 0 : 1;
}
