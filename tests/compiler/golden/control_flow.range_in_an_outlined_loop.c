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

struct range_in_an_outlined_loop_loop1 {
        struct Args **args;
        u64 *i;
        i64 *j;
        i64 *total;
};

#line 289 "tests/compiler/corpus/control_flow.py"
static long range_in_an_outlined_loop_loop1_round(u32 round_, struct range_in_an_outlined_loop_loop1 *frame)
{
        (*frame->i) = round_;
        i64 t0_ = 0;
        i64 t1_ = 0;
#line 290
        t0_ = (*frame->args)->b & 7;
#line 290
        for (t1_ = 0LL; t1_ < t0_; t1_++) {
                (*frame->j) = t1_;
#line 291
                if ((*frame->j) == 5) {
#line 292
                        break;
                }
#line 293
                (*frame->total) = (*frame->total) + (*frame->j);
        }
#line 294
        (*frame->total) = (*frame->total) + (((*frame->i) >= 0) ? 1 : 0);
        return 0;
}

SEC("syscall")
#line 287 "tests/compiler/corpus/control_flow.py"
int range_in_an_outlined_loop(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 total = 0;
        u64 i = 0;
        i64 j = 0;
        i64 t0_ = 0;
        i64 t1_ = 0;

#line 288
        total = 0LL;
#line 289
        struct range_in_an_outlined_loop_loop1 loop1 = { .args = &args, .i = &i, .j = &j, .total = &total };
        bpf_loop((u32)args->a, range_in_an_outlined_loop_loop1_round, &loop1, 0);
#line 295
        args->result = total;
        return 0;
}
