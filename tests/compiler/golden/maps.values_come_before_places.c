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
struct Numbers {
        i64 values[8];
};
_Static_assert(sizeof(struct Numbers) == 64, "as in Python");

static __noinline i64 following(void);

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 16);
        __type(key, u32);
        __type(value, u64);
} counts SEC(".maps");

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
#line 384 "tests/compiler/corpus/maps.py"
int values_come_before_places(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Numbers numbers = {};
        i64 t0_ = 0;
        i64 t1_ = 0;
        i64 t2_ = 0;
        u64 *t3_ = 0;
        i64 t4_ = 0;

#line 385
        calls = 0LL;
#line 386
        __builtin_memset(&numbers, 0, sizeof(numbers));
#line 387
        t0_ = following();
#line 387
        t1_ = following();
#line 387
        numbers.values[t1_] = t0_;
#line 388
        t2_ = following() - 0;
#line 388
        bpf_map_update_elem(&counts, &(u32){(u32)(following() + 0)}, &(u64){(u64)t2_}, 0);
#line 389
        args->result = (i64)(((numbers.values[2] + 20) + (((t3_ = bpf_map_lookup_elem(&counts, &(u32){4U})) ? *t3_ : 0ULL) * 100)) + 5000);
#line 390
        t4_ = following();
#line 390
        numbers.values[t4_] = numbers.values[t4_] + following();
#line 391
        if (numbers.values[5] != 6) {
#line 392
                args->result = -1LL;
        }
        return 0;
}
