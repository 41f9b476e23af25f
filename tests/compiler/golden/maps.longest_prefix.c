/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct Prefix {
        u32 bits;
        u32 address;
};
_Static_assert(sizeof(struct Prefix) == 8, "as in Python");

struct {
        __uint(type, BPF_MAP_TYPE_LPM_TRIE);
        __uint(max_entries, 16);
        __uint(map_flags, 1);
        __type(key, struct Prefix);
        __type(value, u32);
} routes SEC(".maps");

i64 result;

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp")
#line 200 "tests/compiler/corpus/maps.py"
int longest_prefix(u64 *ctx)
{
        i64 near = 0;
        i64 far = 0;
        u32 *t0_ = 0;
        u32 *t1_ = 0;

#line 201
        bpf_map_update_elem(&routes, ({ struct Prefix *made_ = (struct Prefix [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->bits = 8U; made_->address = 10U; made_; }), &(u32){8U}, 0);
#line 202
        bpf_map_update_elem(&routes, ({ struct Prefix *made_ = (struct Prefix [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->bits = 24U; made_->address = 131338U; made_; }), &(u32){24U}, 0);
#line 203
        near = (i64)((t0_ = bpf_map_lookup_elem(&routes, ({ struct Prefix *made_ = (struct Prefix [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->bits = 32U; made_->address = 50462986U; made_; }))) ? *t0_ : 0U);
#line 204
        far = (i64)((t1_ = bpf_map_lookup_elem(&routes, ({ struct Prefix *made_ = (struct Prefix [1]){}; __builtin_memset(made_, 0, sizeof(*made_)); made_->bits = 32U; made_->address = 50463242U; made_; }))) ? *t1_ : 0U);
#line 205
        result = (near * 100) + far;
        return 0;
}
