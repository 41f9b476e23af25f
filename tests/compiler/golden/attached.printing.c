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

static long (*bpf_trace_printk)(const char *fmt, __u32 fmt_size, ...) = (void *)6;
static long (*bpf_trace_vprintk)(const char *fmt, __u32 fmt_size, const void *data, __u32 data_len) = (void *)177;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 256 "tests/compiler/corpus/attached.py"
int printing(struct Args *ctx)
{
        struct Args *args = ctx;
        char text[32] = {};

#line 257
        ({ static const char format_[] = "plain 100%% {}"; bpf_trace_printk(format_, sizeof(format_)); });
#line 258
        ({ static const char format_[] = "a=%lld b=%08llx c=%lld"; bpf_trace_printk(format_, sizeof(format_), args->a, args->b, args->c); });
#line 259
        __builtin_memcpy(&text, &args->text, sizeof(text));
#line 260
        ({ static const char format_[] = "%s|%5lld|%llx|%llX|%d %c and %lld"; u64 values_[] = { (u64)(&text), (u64)(args->b), (u64)(args->b), (u64)(args->b), (u64)(65), (u64)((i32)65), (u64)(args->a) }; bpf_trace_vprintk(format_, sizeof(format_), values_, sizeof(values_)); });
        return 0;
}
