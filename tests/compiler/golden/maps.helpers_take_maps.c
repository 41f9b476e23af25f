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
#line 294 "tests/compiler/corpus/maps.py"
int helpers_take_maps(struct Args *ctx)
{
        struct Args *args = ctx;
        u32 key = 0;
        u64 value = 0;
        u64 *t0_ = 0;

#line 295
        key = 5U;
#line 296
        value = (u64)(args->a * 3);
#line 297
        bpf_map_update_elem(&counts, &key, &value, 0ULL);
#line 298
        args->result = (i64)((t0_ = bpf_map_lookup_elem(&counts, &(u32){5U})) ? *t0_ : 0ULL);
        return 0;
}
