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

static __noinline u32 digits(u64 n);

char LICENSE[] SEC("license") = "GPL";

struct digits_loop1 {
        u32 *count;
        u64 *n;
};

#line 301 "tests/compiler/corpus/control_flow.py"
static long digits_loop1_round(u32 round_, struct digits_loop1 *frame)
{
        u64 _ = round_;
#line 302
        (*frame->count) = (*frame->count) + 1;
#line 303
        (*frame->n) = (*frame->n) / 10;
#line 304
        if ((*frame->n) == 0) {
#line 305
                return 1;
        }
        return 0;
}

#line 299 "tests/compiler/corpus/control_flow.py"
static __noinline u32 digits(u64 n)
{
        u32 count = 0;
        u64 _ = 0;

#line 300
        count = 0U;
#line 301
        struct digits_loop1 loop1 = { .count = &count, .n = &n };
        bpf_loop(20U, digits_loop1_round, &loop1, 0);
#line 306
        return count;
}

SEC("syscall")
#line 311 "tests/compiler/corpus/control_flow.py"
int outlined_loop_in_a_function(struct Args *ctx)
{
        struct Args *args = ctx;

#line 312
        args->result = (i64)digits((u64)args->a);
        return 0;
}
