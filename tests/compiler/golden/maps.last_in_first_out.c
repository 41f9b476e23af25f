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

static long (*bpf_map_pop_elem)(void *map, void *value) = (void *)88;
static long (*bpf_map_push_elem)(void *map, const void *value, __u64 flags) = (void *)87;

struct {
        __uint(type, BPF_MAP_TYPE_STACK);
        __uint(max_entries, 4);
        __type(value, u64);
} stack SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 224 "tests/compiler/corpus/maps.py"
int last_in_first_out(struct Args *ctx)
{
        struct Args *args = ctx;
        u64 x = 0;
        u64 y = 0;

#line 225
        x = 0ULL;
#line 226
        y = 0ULL;
#line 227
        bpf_map_push_elem(&stack, &(u64){(u64)args->a}, 0);
#line 228
        bpf_map_push_elem(&stack, &(u64){(u64)args->b}, 0);
#line 229
        bpf_map_pop_elem(&stack, &x);
#line 230
        bpf_map_pop_elem(&stack, &y);
#line 231
        args->result = (i64)((x * 10) + y);
        return 0;
}
