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

static long (*bpf_for_each_map_elem)(void *map, void *callback_fn, void *callback_ctx, __u64 flags) = (void *)164;

struct {
        __uint(type, BPF_MAP_TYPE_LRU_HASH);
        __uint(max_entries, 64);
        __type(key, u32);
        __type(value, u64);
} recent SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

struct items_loop2 {
        struct Args **args;
        i64 *found;
        i64 *key;
        i64 *keys;
        u64 **value;
        u64 *values;
};

#line 412 "tests/compiler/corpus/maps.py"
static long items_loop2_round(void *map_, u32 *key_, u64 *value_, struct items_loop2 *frame)
{
        (*frame->key) = *key_;
        (*frame->value) = value_;
#line 413
        (*frame->keys) = (*frame->keys) + (*frame->key);
#line 414
        (*frame->values) = (*frame->values) + *(*frame->value);
#line 415
        if ((*frame->key) == (*frame->args)->a) {
#line 416
                (*frame->found) = (*frame->key);
        }
#line 417
        *(*frame->value) = *(*frame->value) + 1;
        return 0;
}

struct items_loop3 {
        struct Args **args;
        i64 *key;
        u64 **value;
};

#line 419 "tests/compiler/corpus/maps.py"
static long items_loop3_round(void *map_, u32 *key_, u64 *value_, struct items_loop3 *frame)
{
        (*frame->key) = *key_;
        (*frame->value) = value_;
        u64 *t1_ = 0;
#line 420
        if ((((t1_ = bpf_map_lookup_elem(&recent, &(u32){(u32)(*frame->key)})) ? *t1_ : 0ULL) % 10) != 1) {
#line 421
                (*frame->args)->result = -1LL;
#line 422
                return 1;
        }
#line 423
        *(*frame->value) = 0ULL;
        return 0;
}

SEC("syscall")
#line 406 "tests/compiler/corpus/maps.py"
int items(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 i = 0;
        i64 keys = 0;
        u64 values = 0;
        i64 found = 0;
        i64 key = 0;
        u64 *value = 0;
        i64 t0_ = 0;
        u64 *t1_ = 0;

#line 407
        for (t0_ = 1LL; t0_ < 4; t0_++) {
                i = t0_;
#line 408
                bpf_map_update_elem(&recent, &(u32){(u32)i}, &(u64){(u64)(i * 10)}, 0);
        }
#line 409
        keys = 0LL;
#line 410
        values = 0ULL;
#line 411
        found = 0LL;
#line 412
        struct items_loop2 loop2 = { .args = &args, .found = &found, .key = &key, .keys = &keys, .value = &value, .values = &values };
        bpf_for_each_map_elem(&recent, items_loop2_round, &loop2, 0);
#line 418
        args->result = (i64)((keys + (1000 * values)) + (1000000 * found));
#line 419
        struct items_loop3 loop3 = { .args = &args, .key = &key, .value = &value };
        bpf_for_each_map_elem(&recent, items_loop3_round, &loop3, 0);
        return 0;
}
