/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct xdp_md;
struct xdp_md {
        u32 data;
        u32 data_end;
        u32 data_meta;
        u32 ingress_ifindex;
        u32 rx_queue_index;
        u32 egress_ifindex;
};
_Static_assert(sizeof(struct xdp_md) == 24, "as in BTF");

char LICENSE[] SEC("license") = "GPL";

SEC("xdp")
#line 72 "tests/compiler/corpus/packets.py"
int raw_bounds(struct xdp_md *ctx)
{
#line 73
        if (((void *)(long)(ctx->data) + 34) > (void *)(long)(ctx->data_end)) {
#line 74
                return 2;
        }
#line 75
        return 1;
}
