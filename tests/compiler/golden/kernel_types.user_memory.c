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

static long (*bpf_probe_read_user_str)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)114;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 130 "tests/compiler/corpus/kernel_types.py"
int user_memory(struct Args *ctx)
{
        struct Args *args = ctx;
        char name[32] = {};
        char bytes[4] = {};

#line 131
        bpf_probe_read_user_str(&name, sizeof(name), (void *)(args->a));
#line 132
        __builtin_memcpy(&args->text, &name, sizeof(args->text));
#line 133
        args->result = (i64)READ_USER(*(char *)((void *)(args->a)));
#line 134
        bpf_probe_read_user(&bytes, sizeof(bytes), (void *)(args->a));
#line 135
        args->c = (i64)bytes[1];
        return 0;
}
