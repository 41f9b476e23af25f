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
#line 91 "tests/compiler/corpus/maps.py"
int counting(struct Args *ctx)
{
        struct Args *args = ctx;

#line 92
        MAP_ADD(&counts, &(u32){(u32)args->a}, u64, 1);
#line 93
        args->result = (i64)MAP_ADD(&counts, &(u32){(u32)args->a}, u64, 1);
        return 0;
}
