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

AIOBPF_RING(events, 4096);

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 275 "tests/compiler/corpus/maps.py"
int ring(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 i = 0;
        struct Event *event = 0;
        struct Event kept = {};
        i64 t0_ = 0;

#line 276
        args->result = (i64)({ struct Event *event_ = AIOBPF_RESERVE(events, struct Event); if (event_) { __builtin_memset(event_, 0, sizeof(*event_)); event_->a = args->a; event_->b = (u32)args->b; __builtin_memcpy(&event_->text, "made", 5); AIOBPF_SUBMIT_FLAGS(events, event_, 0); } event_ != NULL; });
#line 277
        for (t0_ = 0LL; t0_ < 2; t0_++) {
                i = t0_;
#line 278
                event = AIOBPF_RESERVE(events, struct Event);
#line 279
                if (event == NULL) {
#line 280
                        return 0;
                }
#line 281
                event->a = 5LL;
#line 282
                event->b = 0U;
#line 283
                __builtin_memcpy(&event->text, "", 1);
#line 284
                if (i == 0) {
#line 285
                        AIOBPF_DISCARD(events, event);
                } else {
#line 287
                        AIOBPF_SUBMIT_FLAGS(events, event, 0);
                }
        }
#line 288
        __builtin_memset(&kept, 0, sizeof(kept));
        kept.a = args->a;
        kept.b = (u32)args->b;
        __builtin_memcpy(&kept.text, "kept", 5);
#line 289
        AIOBPF_OUTPUT(events, &kept, sizeof(struct Event));
        return 0;
}
