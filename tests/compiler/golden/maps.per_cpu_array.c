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
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, 4);
        __type(key, u32);
        __type(value, u64);
} per_cpu SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 170 "tests/compiler/corpus/maps.py"
int per_cpu_array(struct Args *ctx)
{
        struct Args *args = ctx;
        u64 *value = 0;

#line 171
        value = bpf_map_lookup_elem(&per_cpu, &(u32){2U});
#line 172
        if (value != NULL) {
#line 173
                *value = *value + args->a;
        }
        return 0;
}
