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

struct outlined_loop_with_break_and_continue_loop1 {
        u64 *i;
        i64 *limit;
        i64 *rounds;
};

#line 150 "tests/compiler/corpus/control_flow.py"
static long outlined_loop_with_break_and_continue_loop1_round(u32 round_, struct outlined_loop_with_break_and_continue_loop1 *frame)
{
        (*frame->i) = round_;
#line 151
        (*frame->rounds) = (*frame->rounds) + 1;
#line 152
        if ((*frame->i) < 10) {
#line 153
                return 0;
        }
#line 154
        if ((*frame->i) == (*frame->limit)) {
#line 155
                (*frame->rounds) = (*frame->rounds) + (*frame->limit);
#line 156
                return 1;
        }
        return 0;
}

SEC("syscall")
#line 147 "tests/compiler/corpus/control_flow.py"
int outlined_loop_with_break_and_continue(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 rounds = 0;
        i64 limit = 0;
        u64 i = 0;

#line 148
        rounds = 0LL;
#line 149
        limit = args->b;
#line 150
        struct outlined_loop_with_break_and_continue_loop1 loop1 = { .i = &i, .limit = &limit, .rounds = &rounds };
        bpf_loop((u32)args->a, outlined_loop_with_break_and_continue_loop1_round, &loop1, 0);
#line 157
        args->result = rounds;
        return 0;
}
