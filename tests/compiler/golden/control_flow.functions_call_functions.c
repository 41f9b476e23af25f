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

static __noinline u64 fib(u32 n);
static __noinline u64 gcd(u64 a, u64 b);

char LICENSE[] SEC("license") = "GPL";

#line 250 "tests/compiler/corpus/control_flow.py"
static __noinline u64 fib(u32 n)
{
        u64 a = 0;
        u64 b = 0;
        i64 _ = 0;
        i64 t0_ = 0;
        u64 t1_ = 0;
        u64 t2_ = 0;

#line 251
        a = 0ULL;
#line 252
        b = 1ULL;
#line 253
        for (t0_ = 0LL; t0_ < 64; t0_++) {
                _ = t0_;
#line 254
                if (n == 0) {
#line 255
                        break;
                }
#line 256
                n = n - 1;
#line 257
                t1_ = b;
#line 257
                t2_ = a + b;
#line 257
                a = t1_;
#line 257
                b = t2_;
        }
#line 258
        return a;
}

#line 210 "tests/compiler/corpus/control_flow.py"
static __noinline u64 gcd(u64 a, u64 b)
{
        i64 _ = 0;
        i64 t0_ = 0;
        u64 t1_ = 0;
        u64 t2_ = 0;

#line 211
        for (t0_ = 0LL; t0_ < 100; t0_++) {
                _ = t0_;
#line 212
                if (b == 0) {
#line 213
                        break;
                }
#line 214
                t1_ = b;
#line 214
                t2_ = mod_u64(a, b);
#line 214
                a = t1_;
#line 214
                b = t2_;
        }
#line 215
        return a;
}

SEC("syscall")
#line 263 "tests/compiler/corpus/control_flow.py"
int functions_call_functions(struct Args *ctx)
{
        struct Args *args = ctx;

#line 264
        args->result = (i64)(fib((u32)args->a) + gcd(fib(6U), 4ULL));
        return 0;
}
