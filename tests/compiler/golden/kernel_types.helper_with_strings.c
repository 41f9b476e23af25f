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

static long (*bpf_strncmp)(const char *s1, __u32 s1_sz, const char *s2) = (void *)182;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 181 "tests/compiler/corpus/kernel_types.py"
int helper_with_strings(struct Args *ctx)
{
        struct Args *args = ctx;
        char name[8] = {};

#line 182
        __builtin_memcpy(&name, "abc", 4);
#line 183
        args->result = bpf_strncmp(&name, 8U, "abc");
        return 0;
}
