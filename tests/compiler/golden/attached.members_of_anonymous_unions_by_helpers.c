/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>
#include <aiobpf.bpf.h>

struct sock;
struct sock_common;
struct sock_common {
        u32 skc_daddr;
        u16 skc_dport;
        u16 skc_family;
} __attribute__((preserve_access_index));
struct sock {
        struct sock_common __sk_common;
} __attribute__((preserve_access_index));

struct Connection {
        u32 family;
        u32 port;
        u32 address;
        u32 state;
};
_Static_assert(sizeof(struct Connection) == 16, "as in Python");
AIOBPF_EVENT_TYPE(struct Connection);

AIOBPF_RING(connections, 65536);

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp/inet_sock_set_state")
#line 316 "tests/compiler/corpus/attached.py"
int members_of_anonymous_unions_by_helpers(u64 *ctx)
{
        struct sock *sk = (void *)ctx[0];
        i32 newstate = (i32)ctx[2];
        struct sock_common *common = 0;
        i64 port = 0;

#line 317
        common = &sk->__sk_common;
#line 318
        port = (i64)__builtin_bswap16(READ_KERNEL(common->skc_dport));
#line 319
        {
                struct Connection *event_ = AIOBPF_RESERVE(connections, struct Connection);
                if (event_) {
                        __builtin_memset(event_, 0, sizeof(*event_));
                        event_->family = (u32)READ_KERNEL(common->skc_family);
                        event_->port = (u32)port;
                        event_->address = READ_KERNEL(common->skc_daddr);
                        event_->state = (u32)newstate;
                        AIOBPF_SUBMIT_FLAGS(connections, event_, 0);
                }
        }
        return 0;
}
