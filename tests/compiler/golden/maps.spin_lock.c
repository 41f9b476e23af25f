/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_spin_lock { u32 opaque[1]; };

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
struct Stats {
        u64 count;
        i64 total;
        struct bpf_spin_lock lock;
};
_Static_assert(sizeof(struct Stats) == 24, "as in Python");

static long (*bpf_spin_lock)(struct bpf_spin_lock *lock) = (void *)93;
static long (*bpf_spin_unlock)(struct bpf_spin_lock *lock) = (void *)94;

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 16);
        __type(key, struct Key);
        __type(value, struct Stats);
} by_name SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 150 "tests/compiler/corpus/maps.py"
int spin_lock(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Stats *found = 0;

#line 151
        bpf_map_update_elem(&by_name, ({ struct Key *made_ = (struct Key [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->pid = (u32)args->a; made_; }), ({ struct Stats *made_ = (struct Stats [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_; }), 0);
#line 152
        found = bpf_map_lookup_elem(&by_name, ({ struct Key *made_ = (struct Key [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->pid = (u32)args->a; made_; }));
#line 153
        if (found == NULL) {
#line 154
                return 0;
        }
#line 155
        bpf_spin_lock(&found->lock);
#line 156
        found->count = found->count + args->a;
#line 157
        found->total = found->total + args->b;
        bpf_spin_unlock(&found->lock);
#line 158
        args->result = (i64)(found->count + found->total);
        return 0;
}
