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
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 4);
        __type(key, u32);
        __type(value, u64);
} inner SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
        __uint(max_entries, 2);
        __type(key, u32);
        __type(value, u32);
        __array(values, struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, u32); __type(value, u64); });
} outer_hash SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
        __uint(max_entries, 2);
        __type(key, u32);
        __type(value, u32);
        __array(values, struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, u32); __type(value, u64); });
} outer SEC(".maps") = { .values = { [1] = &inner } };

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 248 "tests/compiler/corpus/maps.py"
int map_in_map(struct Args *ctx)
{
        struct Args *args = ctx;
        void *table = 0;
        u64 *t0_ = 0;

#line 249
        table = bpf_map_lookup_elem(&outer, &(u32){1U});
#line 250
        if (table == NULL) {
#line 251
                return 0;
        }
#line 252
        bpf_map_update_elem(table, &(u32){2U}, &(u64){(u64)args->b}, 0);
#line 253
        if ((bpf_map_lookup_elem(&outer, &(u32){0U}) == NULL) && (bpf_map_lookup_elem(&outer_hash, &(u32){5U}) == NULL)) {
#line 254
                args->result = (i64)(((t0_ = bpf_map_lookup_elem(table, &(u32){2U})) ? *t0_ : 0ULL) + 100);
        }
        return 0;
}
