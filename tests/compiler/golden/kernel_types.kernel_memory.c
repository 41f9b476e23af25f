/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct task_struct;
struct task_struct {
        char comm[16];
        i32 tgid;
} __attribute__((preserve_access_index));

struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");

static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;
static long (*bpf_probe_read_kernel_str)(void *dst, __u32 size, const void *unsafe_ptr) = (void *)115;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 147 "tests/compiler/corpus/kernel_types.py"
int kernel_memory(struct Args *ctx)
{
        struct Args *args = ctx;
        struct task_struct *task = 0;
        char name[16] = {};

#line 148
        task = bpf_get_current_task_btf();
#line 149
        args->a = (i64)task->tgid;
#line 150
        args->b = (i64)READ_KERNEL(*(i32 *)((void *)((u64)&task->tgid)));
#line 151
        bpf_probe_read_kernel_str(&name, sizeof(name), &task->comm);
#line 152
        __builtin_memcpy(&args->text, &name, 16);
#line 153
        args->result = (i64)READ_KERNEL(*(u64 *)((void *)(16)));
        return 0;
}
