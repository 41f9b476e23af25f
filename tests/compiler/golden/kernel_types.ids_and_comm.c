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

static long (*bpf_get_current_comm)(void *buf, __u32 size_of_buf) = (void *)16;
static __u64 (*bpf_get_current_pid_tgid)(void) = (void *)14;
static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;
static __u64 (*bpf_get_current_uid_gid)(void) = (void *)15;

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 43 "tests/compiler/corpus/kernel_types.py"
int ids_and_comm(struct Args *ctx)
{
        struct Args *args = ctx;
        char name[16] = {};

#line 44
        args->a = (i64)(u32)(bpf_get_current_pid_tgid() >> 32);
#line 45
        args->b = (i64)bpf_get_current_task_btf()->real_parent->tgid;
#line 46
        args->c = (i64)(u32)bpf_get_current_uid_gid();
#line 47
        bpf_get_current_comm(&name, sizeof(name));
#line 48
        __builtin_memcpy(&args->text, &name, 16);
        return 0;
}
