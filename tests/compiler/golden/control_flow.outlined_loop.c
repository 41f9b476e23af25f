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

static long (*bpf_loop)(__u32 nr_loops, void *callback_fn, void *callback_ctx, __u64 flags) = (void *)181;

char LICENSE[] SEC("license") = "GPL";

struct outlined_loop_loop1 {
        u64 *i;
        u64 *total;
};

#line 140 "tests/compiler/corpus/control_flow.py"
static long outlined_loop_loop1_round(u32 round_, struct outlined_loop_loop1 *frame)
{
        (*frame->i) = round_;
#line 141
        (*frame->total) = (*frame->total) + (*frame->i);
        return 0;
}

SEC("syscall")
#line 138 "tests/compiler/corpus/control_flow.py"
int outlined_loop(struct Args *ctx)
{
        struct Args *args = ctx;
        u64 total = 0;
        u64 i = 0;

#line 139
        total = 0ULL;
#line 140
        struct outlined_loop_loop1 loop1 = { .i = &i, .total = &total };
        bpf_loop((u32)args->a, outlined_loop_loop1_round, &loop1, 0);
#line 142
        args->result = (i64)total;
        return 0;
}
