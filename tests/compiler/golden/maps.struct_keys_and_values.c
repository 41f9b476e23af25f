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

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 16);
        __type(key, struct Key);
        __type(value, struct Stats);
} by_name SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 131 "tests/compiler/corpus/maps.py"
int struct_keys_and_values(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Key key = {};
        struct Stats *found = 0;

#line 132
        __builtin_memset(&key, 0, sizeof(key));
        key.pid = (u32)args->a;
        __builtin_memcpy(&key.name, "x", 2);
#line 133
        bpf_map_update_elem(&by_name, &key, ({ struct Stats *made_ = (struct Stats [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->count = (u64)args->a; made_->total = args->b; made_; }), 0);
#line 134
        found = bpf_map_lookup_elem(&by_name, ({ struct Key *made_ = (struct Key [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->pid = (u32)args->a; __builtin_memcpy(&made_->name, "x", 2); made_; }));
#line 135
        if (found == NULL) {
#line 136
                return 0;
        }
#line 137
        args->result = (i64)(found->count + found->total);
        return 0;
}
