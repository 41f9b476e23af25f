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

static long (*bpf_tail_call)(void *ctx, void *prog_array_map, __u32 index) = (void *)12;

SEC("xdp")
int second(struct xdp_md *ctx);
SEC("xdp")
int third(struct xdp_md *ctx);

struct {
        __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
        __uint(max_entries, 4);
        __type(key, u32);
        __type(value, u32);
        __array(values, int(void *));
} jumps SEC(".maps") = { .values = { [1] = (void *)&second, [2] = (void *)&third } };

char LICENSE[] SEC("license") = "GPL";

SEC("xdp")
#line 236 "tests/compiler/corpus/attached.py"
int tail_call(struct xdp_md *ctx)
{
        u8 *index = 0;

#line 237
        index = PACKET(ctx, u8, 0);
#line 238
        if (index != NULL) {
#line 239
                bpf_tail_call(ctx, &jumps, (u32)*index);
        }
#line 240
        return 11;
}

SEC("xdp")
#line 217 "tests/compiler/corpus/attached.py"
int second(struct xdp_md *ctx)
{
#line 218
        return 22;
}

SEC("xdp")
#line 222 "tests/compiler/corpus/attached.py"
int third(struct xdp_md *ctx)
{
#line 223
        return 33;
}
