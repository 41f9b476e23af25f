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
#line 66 "tests/compiler/corpus/maps.py"
int lookup_of_a_missing_key(struct Args *ctx)
{
        struct Args *args = ctx;
        u64 *found = 0;

#line 67
        found = bpf_map_lookup_elem(&counts, &(u32){(u32)args->a});
#line 68
        args->result = (i64)((found == NULL) ? -1 : 0);
        return 0;
}
