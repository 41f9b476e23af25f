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
#line 142 "tests/compiler/corpus/maps.py"
int padding_of_keys_is_zero(struct Args *ctx)
{
        struct Args *args = ctx;

#line 143
        bpf_map_update_elem(&by_name, ({ struct Key *made_ = (struct Key [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->pid = 1U; __builtin_memcpy(&made_->name, "longnam", 8); made_; }), ({ struct Stats *made_ = (struct Stats [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_; }), 0);
#line 144
        bpf_map_update_elem(&by_name, ({ struct Key *made_ = (struct Key [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->pid = 1U; __builtin_memcpy(&made_->name, "x", 2); made_; }), ({ struct Stats *made_ = (struct Stats [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_; }), 0);
#line 145
        args->result = (i64)(bpf_map_lookup_elem(&by_name, ({ struct Key *made_ = (struct Key [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->pid = 1U; __builtin_memcpy(&made_->name, "x", 2); made_; })) != NULL);
        return 0;
}
