/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct __sk_buff;
struct __sk_buff {
        u32 len;
        u32 mark;
        u32 protocol;
} __attribute__((preserve_access_index));

char LICENSE[] SEC("license") = "GPL";

SEC("tc")
#line 85 "tests/compiler/corpus/packets.py"
int traffic_control(struct __sk_buff *ctx)
{
        struct __sk_buff *skb = ctx;

#line 86
        if ((skb->len > 100) && (__builtin_bswap16(skb->protocol) == 2048)) {
#line 87
                skb->mark = 7U;
#line 88
                return 2;
        }
#line 89
        return 0;
}
