/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct task_struct;
struct task_struct {
        struct task_struct *real_parent;
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

static __u64 (*bpf_get_current_task)(void) = (void *)35;
static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;

static __noinline i32 parent_of(struct task_struct *task);

char LICENSE[] SEC("license") = "GPL";

#line 195 "tests/compiler/corpus/kernel_types.py"
static __noinline i32 parent_of(struct task_struct *task)
{
#line 196
        return READ_KERNEL(READ_KERNEL(task->real_parent)->tgid);
}

SEC("syscall")
#line 206 "tests/compiler/corpus/kernel_types.py"
int any_address_is_given_to_a_function(struct Args *ctx)
{
        struct Args *args = ctx;

#line 207
        args->a = (i64)parent_of(bpf_get_current_task_btf());
#line 208
        args->b = (i64)parent_of((struct task_struct *)(void *)(bpf_get_current_task()));
        return 0;
}
