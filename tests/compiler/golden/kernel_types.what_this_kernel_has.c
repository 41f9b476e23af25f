/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

enum xdp_action {
        XDP_ABORTED = 0,
        XDP_DROP = 1,
        XDP_PASS = 2,
        XDP_TX = 3,
        XDP_REDIRECT = 4,
};
struct task_struct;
struct task_struct {
        i32 tgid;
        int no_such_member;
} __attribute__((preserve_access_index));

struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 81 "tests/compiler/corpus/kernel_types.py"
int what_this_kernel_has(struct Args *ctx)
{
        struct Args *args = ctx;

#line 82
        args->result = (i64)((bool)__builtin_preserve_field_info(((struct task_struct *)0)->tgid, 2) + (2 * (bool)__builtin_preserve_field_info(((struct task_struct *)0)->no_such_member, 2)));
#line 83
        args->result = args->result + ((4 * (bool)__builtin_preserve_type_info(*(struct task_struct *)0, 0)) + (8 * (bool)__builtin_preserve_enum_value(*(typeof(enum xdp_action) *)XDP_DROP, 0)));
        return 0;
}
