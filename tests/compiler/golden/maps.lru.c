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

struct {
        __uint(type, BPF_MAP_TYPE_LRU_HASH);
        __uint(max_entries, 64);
        __type(key, u32);
        __type(value, u64);
} recent SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 123 "tests/compiler/corpus/maps.py"
int lru(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 i = 0;
        i64 t0_ = 0;
        u64 *t1_ = 0;

#line 124
        for (t0_ = 0LL; t0_ < 100; t0_++) {
                i = t0_;
#line 125
                bpf_map_update_elem(&recent, &(u32){(u32)i}, &(u64){(u64)(i * 11)}, 0);
        }
#line 126
        args->result = (i64)((t1_ = bpf_map_lookup_elem(&recent, &(u32){99U})) ? *t1_ : 0ULL);
        return 0;
}
