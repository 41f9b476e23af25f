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
        __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
        __uint(max_entries, 4);
        __type(key, u32);
        __type(value, u64);
} per_cpu_hash SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 178 "tests/compiler/corpus/maps.py"
int per_cpu_hash_map(struct Args *ctx)
{
        struct Args *args = ctx;
        u64 *t0_ = 0;

#line 179
        bpf_map_update_elem(&per_cpu_hash, &(u32){(u32)args->a}, &(u64){(u64)args->b}, 0);
#line 180
        args->result = (i64)((t0_ = bpf_map_lookup_elem(&per_cpu_hash, &(u32){(u32)args->a})) ? *t0_ : 0ULL);
        return 0;
}
