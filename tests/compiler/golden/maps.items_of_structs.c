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
struct Key {
        u32 pid;
        char name[8];
};
_Static_assert(sizeof(struct Key) == 12, "as in Python");
struct Sum {
        u64 keys;
        u64 values;
};
_Static_assert(sizeof(struct Sum) == 16, "as in Python");

static long (*bpf_for_each_map_elem)(void *map, void *callback_fn, void *callback_ctx, __u64 flags) = (void *)164;

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 4);
        __type(key, struct Key);
        __type(value, struct Sum);
} structs SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

struct items_of_structs_loop1 {
        struct Key **key;
        u64 *total;
        struct Sum **value;
};

#line 432 "tests/compiler/corpus/maps.py"
static long items_of_structs_loop1_round(void *map_, struct Key *key_, struct Sum *value_, struct items_of_structs_loop1 *frame)
{
        (*frame->key) = key_;
        (*frame->value) = value_;
#line 433
        (*frame->total) = (*frame->total) + (*frame->key)->pid;
#line 434
        (*frame->total) = (*frame->total) + (*frame->value)->keys;
        return 0;
}

SEC("syscall")
#line 428 "tests/compiler/corpus/maps.py"
int items_of_structs(struct Args *ctx)
{
        struct Args *args = ctx;
        u64 total = 0;
        struct Key *key = 0;
        struct Sum *value = 0;

#line 429
        bpf_map_update_elem(&structs, ({ struct Key *made_ = (struct Key [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->pid = 7U; __builtin_memcpy(&made_->name, "a", 2); made_; }), ({ struct Sum *made_ = (struct Sum [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->keys = 10ULL; made_; }), 0);
#line 430
        bpf_map_update_elem(&structs, ({ struct Key *made_ = (struct Key [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->pid = 8U; __builtin_memcpy(&made_->name, "b", 2); made_; }), ({ struct Sum *made_ = (struct Sum [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->keys = 20ULL; made_; }), 0);
#line 431
        total = 0ULL;
#line 432
        struct items_of_structs_loop1 loop1 = { .key = &key, .total = &total, .value = &value };
        bpf_for_each_map_elem(&structs, items_of_structs_loop1_round, &loop1, 0);
#line 435
        args->result = (i64)total;
        return 0;
}
