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

static long (*bpf_map_peek_elem)(void *map, void *value) = (void *)89;
static long (*bpf_map_pop_elem)(void *map, void *value) = (void *)88;
static long (*bpf_map_push_elem)(void *map, const void *value, __u64 flags) = (void *)87;

struct {
        __uint(type, BPF_MAP_TYPE_QUEUE);
        __uint(max_entries, 2);
        __type(value, u64);
} queue SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 210 "tests/compiler/corpus/maps.py"
int first_in_first_out(struct Args *ctx)
{
        struct Args *args = ctx;
        u64 x = 0;
        u64 y = 0;
        i64 full = 0;

#line 211
        x = 0ULL;
#line 212
        y = 0ULL;
#line 213
        bpf_map_push_elem(&queue, &(u64){(u64)args->a}, 0);
#line 214
        bpf_map_push_elem(&queue, &(u64){(u64)args->b}, 0);
#line 215
        full = bpf_map_push_elem(&queue, &(u64){9ULL}, 0);
#line 216
        bpf_map_pop_elem(&queue, &x);
#line 217
        bpf_map_peek_elem(&queue, &y);
#line 218
        bpf_map_pop_elem(&queue, &y);
#line 219
        args->result = (i64)((((x * 100) + (y * 10)) + bpf_map_pop_elem(&queue, &x)) + full);
        return 0;
}
