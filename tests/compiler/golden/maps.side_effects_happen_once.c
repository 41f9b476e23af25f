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

static long (*bpf_map_delete_elem)(void *map, const void *key) = (void *)3;

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
#line 369 "tests/compiler/corpus/maps.py"
int side_effects_happen_once(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Numbers numbers = {};
        i64 t0_ = 0;
        i64 t1_ = 0;
        u64 *t2_ = 0;
        u64 *t3_ = 0;

#line 370
        calls = 0LL;
#line 371
        __builtin_memset(&numbers, 0, sizeof(numbers));
#line 372
        t0_ = following();
#line 372
        numbers.values[t0_] = numbers.values[t0_] + 1000;
#line 373
        MAP_ADD(&counts, &(u32){(u32)following()}, u64, 100);
#line 374
        bpf_map_update_elem(&counts, &(u32){(u32)following()}, &(u64){10ULL}, 0);
#line 375
        t1_ = following();
#line 375
        numbers.values[t1_] = 4LL;
#line 376
        args->result = (i64)(((numbers.values[1] + ((t2_ = bpf_map_lookup_elem(&counts, &(u32){2U})) ? *t2_ : 0ULL)) + ((t3_ = bpf_map_lookup_elem(&counts, &(u32){3U})) ? *t3_ : 0ULL)) + numbers.values[4]);
#line 377
        if (calls != 4) {
#line 378
                args->result = -calls;
        }
#line 379
        bpf_map_delete_elem(&counts, &(u32){2U});
        return 0;
}
