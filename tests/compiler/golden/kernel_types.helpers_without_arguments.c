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

static __u32 (*bpf_get_prandom_u32)(void) = (void *)7;
static __u64 (*bpf_ktime_get_boot_ns)(void) = (void *)125;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 165 "tests/compiler/corpus/kernel_types.py"
int helpers_without_arguments(struct Args *ctx)
{
        struct Args *args = ctx;

#line 166
        args->a = (i64)bpf_get_prandom_u32();
#line 167
        args->b = (i64)bpf_get_smp_processor_id();
#line 168
        args->c = (i64)bpf_ktime_get_boot_ns();
        return 0;
}
