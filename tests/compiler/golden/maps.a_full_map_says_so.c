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
        __uint(max_entries, 2);
        __type(key, u32);
        __type(value, u64);
} small SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 105 "tests/compiler/corpus/maps.py"
int a_full_map_says_so(struct Args *ctx)
{
        struct Args *args = ctx;

#line 106
        bpf_map_update_elem(&small, &(u32){1U}, &(u64){1ULL}, 0);
#line 107
        bpf_map_update_elem(&small, &(u32){2U}, &(u64){1ULL}, 0);
#line 108
        args->result = bpf_map_update_elem(&small, &(u32){3U}, &(u64){1ULL}, 0);
        return 0;
}
