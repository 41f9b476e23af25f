/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>
#include <aiobpf.bpf.h>

struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");
struct Event {
        i64 a;
        u32 b;
        char text[12];
};
_Static_assert(sizeof(struct Event) == 24, "as in Python");
AIOBPF_EVENT_TYPE(struct Event);

static __noinline i64 following(void);

AIOBPF_RING(tiny, 4096);

i64 calls;

char LICENSE[] SEC("license") = "GPL";

#line 362 "tests/compiler/corpus/maps.py"
static __noinline i64 following(void)
{
#line 363
        calls = calls + 1;
#line 364
        return calls & 7;
}

SEC("syscall")
#line 443 "tests/compiler/corpus/maps.py"
int members_are_computed_although_the_ring_is_full(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 _ = 0;
        i64 t0_ = 0;
        i64 t1_ = 0;

#line 444
        calls = 0LL;
#line 445
        for (t0_ = 0LL; t0_ < 400; t0_++) {
                _ = t0_;
#line 446
                (t1_ = following());
                {
                        struct Event *event_ = AIOBPF_RESERVE(tiny, struct Event);
                        if (event_) {
                                __builtin_memset(event_, 0, sizeof(*event_));
                                event_->a = t1_;
                                event_->b = 1U;
                                AIOBPF_SUBMIT_FLAGS(tiny, event_, 0);
                        }
                }
        }
#line 447
        args->result = calls;
        return 0;
}
