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

static __always_inline i64 clamp(i64 x, i64 low, i64 high);

char LICENSE[] SEC("license") = "GPL";

#line 225 "tests/compiler/corpus/control_flow.py"
static __always_inline i64 clamp(i64 x, i64 low, i64 high)
{
#line 226
        if (x < low) {
#line 227
                return low;
        }
#line 228
        return (x > high) ? high : x;
}

SEC("syscall")
#line 233 "tests/compiler/corpus/control_flow.py"
int inlined_function(struct Args *ctx)
{
        struct Args *args = ctx;

#line 234
        args->result = clamp(args->a, -1LL, 100LL);
        return 0;
}
