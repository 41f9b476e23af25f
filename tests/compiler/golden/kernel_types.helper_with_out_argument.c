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

static long (*bpf_strtol)(const char *buf, unsigned long buf_len, __u64 flags, long *res) = (void *)105;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 173 "tests/compiler/corpus/kernel_types.py"
int helper_with_out_argument(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 found = 0;

#line 174
        found = 0LL;
#line 175
        bpf_strtol("5 apples", 8ULL, 10ULL, &found);
#line 176
        args->result = found;
        return 0;
}
