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

static long (*bpf_get_current_comm)(void *buf, __u32 size_of_buf) = (void *)16;
static __u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;
static long (*bpf_trace_printk)(const char *fmt, __u32 fmt_size, ...) = (void *)6;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 219 "tests/compiler/corpus/kernel_types.py"
int strings_of_helpers_are_compared_and_printed(struct Args *ctx)
{
        struct Args *args = ctx;
        char t0_[16] = {};
        char t1_[16] = {};
        char t2_[16] = {};

#line 220
        args->result = (i64)equal_strings((bpf_get_current_comm(&t0_, sizeof(t0_)), t0_), 16, args->text, 32);
#line 221
        args->result = args->result + (!equal_strings((bpf_get_current_comm(&t1_, sizeof(t1_)), t1_), 16, "no such", 8) * 4);
#line 222
        ({ static const char format_[] = "%s is %u"; bpf_trace_printk(format_, sizeof(format_), (bpf_get_current_comm(&t2_, sizeof(t2_)), t2_), (u32)(bpf_get_current_pid_tgid() >> 32)); });
        return 0;
}
