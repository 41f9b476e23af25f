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
        __uint(max_entries, 8);
        __type(key, u32);
        __type(value, i64);
} slots SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 185 "tests/compiler/corpus/maps.py"
int array(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 *t0_ = 0;
        i64 *t1_ = 0;
        i64 *t2_ = 0;

#line 186
        if (args->a >= 8) {
#line 187
                args->result = (t0_ = bpf_map_lookup_elem(&slots, &(u32){(u32)args->a})) ? *t0_ : -1LL;
#line 188
                return 0;
        }
#line 189
        bpf_map_update_elem(&slots, &(u32){(u32)args->a}, &(i64){args->b}, 0);
#line 190
        args->result = ((t1_ = bpf_map_lookup_elem(&slots, &(u32){(u32)args->a})) ? *t1_ : 1LL) + ((t2_ = bpf_map_lookup_elem(&slots, &(u32){7U})) ? *t2_ : 1LL);
        return 0;
}
