/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>
#include <aiobpf.bpf.h>

struct filename;
struct filename {
        char *name;
} __attribute__((preserve_access_index));

struct Unlink {
        i32 dfd;
        char name[64];
};
_Static_assert(sizeof(struct Unlink) == 68, "as in Python");
AIOBPF_EVENT_TYPE(struct Unlink);

static long (*bpf_probe_read_kernel_str)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)115;

AIOBPF_RING(events, 4096);

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/do_unlinkat")
#line 68 "tests/compiler/corpus/sections.py"
int fentry(u64 *ctx)
{
        i32 dfd = (i32)ctx[0];
        struct filename *name = (void *)ctx[1];

#line 69
        {
                struct Unlink *event_ = AIOBPF_RESERVE(events, struct Unlink);
                if (event_) {
                        __builtin_memset(event_, 0, sizeof(*event_));
                        event_->dfd = dfd;
                        bpf_probe_read_kernel_str(&event_->name, sizeof(event_->name), name->name);
                        AIOBPF_SUBMIT_FLAGS(events, event_, 0);
                }
        }
        return 0;
}
