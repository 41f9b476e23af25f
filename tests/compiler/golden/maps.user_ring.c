/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");
struct Sum {
        u64 keys;
        u64 values;
};
_Static_assert(sizeof(struct Sum) == 16, "as in Python");

static long (*bpf_user_ringbuf_drain)(void *map, void *callback_fn, void *ctx, __u64 flags) = (void *)209;

static __noinline i64 receive(void *dynptr, struct Sum *sum);

struct {
        __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
        __uint(max_entries, 4096);
} sent SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

#line 340 "tests/compiler/corpus/maps.py"
static __noinline i64 receive(void *dynptr, struct Sum *sum)
{
#line 341
        sum->keys = sum->keys + 1;
#line 342
        return 0LL;
}

SEC("syscall")
#line 347 "tests/compiler/corpus/maps.py"
int user_ring(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Sum sum = {};

#line 348
        __builtin_memset(&sum, 0, sizeof(sum));
#line 349
        args->result = bpf_user_ringbuf_drain(&sent, receive, &sum, 0ULL);
        return 0;
}
