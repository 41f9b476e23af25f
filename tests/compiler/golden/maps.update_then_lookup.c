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
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 16);
        __type(key, u32);
        __type(value, u64);
} counts SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 73 "tests/compiler/corpus/maps.py"
int update_then_lookup(struct Args *ctx)
{
        struct Args *args = ctx;
        u64 *found = 0;
        u64 *t0_ = 0;

#line 74
        bpf_map_update_elem(&counts, &(u32){(u32)args->a}, &(u64){(u64)args->b}, 0);
#line 75
        found = bpf_map_lookup_elem(&counts, &(u32){(u32)args->a});
#line 76
        if (found != NULL) {
#line 77
                *found = *found + 1;
        }
#line 78
        args->result = (i64)((t0_ = bpf_map_lookup_elem(&counts, &(u32){(u32)args->a})) ? *t0_ : 0ULL);
        return 0;
}
