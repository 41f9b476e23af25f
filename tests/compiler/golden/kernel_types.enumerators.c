/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

enum xdp_action {
        XDP_ABORTED = 0,
        XDP_DROP = 1,
        XDP_PASS = 2,
        XDP_TX = 3,
        XDP_REDIRECT = 4,
};

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
#line 88 "tests/compiler/corpus/kernel_types.py"
int enumerators(struct Args *ctx)
{
        struct Args *args = ctx;

#line 89
        args->result = 21 + (i64)__builtin_preserve_enum_value(*(typeof(enum xdp_action) *)XDP_DROP, 1);
        return 0;
}
