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
#line 99 "tests/compiler/corpus/packets.py"
int loop_over_bytes(struct xdp_md *ctx)
{
        u8 (*window)[16] = 0;
        u32 sum = 0;
        i64 i = 0;
        i64 t0_ = 0;

#line 100
        window = PACKET(ctx, typeof(u8 [16]), 14);
#line 101
        if (window == NULL) {
#line 102
                return 0U;
        }
#line 103
        sum = 0U;
#line 104
        for (t0_ = 0LL; t0_ < 16; t0_++) {
                i = t0_;
#line 105
                sum = sum + (*window)[i];
        }
#line 106
        return sum;
}
