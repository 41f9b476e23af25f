/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

static long (*bpf_map_peek_elem)(void *map, void *value) = (void *)89;
static long (*bpf_map_push_elem)(void *map, const void *value, __u64 flags) = (void *)87;

struct {
        __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
        __uint(max_entries, 128);
        __type(value, u64);
} seen SEC(".maps");

i64 result;

char LICENSE[] SEC("license") = "GPL";

SEC("raw_tp")
#line 241 "tests/compiler/corpus/maps.py"
int bloom_filter(u64 *ctx)
{
        u64 value = 0;

#line 242
        value = 77ULL;
#line 243
        result = (bpf_map_peek_elem(&seen, &value) * (1 + bpf_map_push_elem(&seen, &value, 0))) + bpf_map_peek_elem(&seen, &value);
        return 0;
}
