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

static long (*bpf_for_each_map_elem)(void *map, void *callback_fn, void *callback_ctx, __u64 flags) = (void *)164;

static __noinline i64 add_up(void *table, u32 *key, u64 *value, struct Sum *sum);

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 16);
        __type(key, u32);
        __type(value, u64);
} counts SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

#line 308 "tests/compiler/corpus/maps.py"
static __noinline i64 add_up(void *table, u32 *key, u64 *value, struct Sum *sum)
{
#line 309
        sum->keys = sum->keys + *key;
#line 310
        sum->values = sum->values + *value;
#line 311
        return 0LL;
}

SEC("syscall")
#line 316 "tests/compiler/corpus/maps.py"
int for_each_element(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Sum sum = {};

#line 317
        bpf_map_update_elem(&counts, &(u32){1U}, &(u64){10ULL}, 0);
#line 318
        bpf_map_update_elem(&counts, &(u32){2U}, &(u64){20ULL}, 0);
#line 319
        bpf_map_update_elem(&counts, &(u32){3U}, &(u64){30ULL}, 0);
#line 320
        __builtin_memset(&sum, 0, sizeof(sum));
#line 321
        bpf_for_each_map_elem(&counts, add_up, &sum, 0ULL);
#line 322
        args->result = (i64)(sum.keys + (100 * sum.values));
        return 0;
}
