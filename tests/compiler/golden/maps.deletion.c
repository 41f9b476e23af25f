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

static long (*bpf_map_delete_elem)(void *map, const void *key) = (void *)3;

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 16);
        __type(key, u32);
        __type(value, u64);
} counts SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 113 "tests/compiler/corpus/maps.py"
int deletion(struct Args *ctx)
{
        struct Args *args = ctx;

#line 114
        bpf_map_update_elem(&counts, &(u32){(u32)args->a}, &(u64){1ULL}, 0);
#line 115
        bpf_map_delete_elem(&counts, &(u32){(u32)args->a});
#line 116
        args->result = (i64)((bpf_map_lookup_elem(&counts, &(u32){(u32)args->a}) == NULL) ? 12 : 0);
#line 117
        if (bpf_map_delete_elem(&counts, &(u32){(u32)args->a}) != -2) {
#line 118
                args->result = -1LL;
        }
        return 0;
}
