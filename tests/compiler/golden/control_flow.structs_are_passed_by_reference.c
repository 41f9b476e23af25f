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

static __noinline void swap(struct Args *args);

char LICENSE[] SEC("license") = "GPL";

#line 238 "tests/compiler/corpus/control_flow.py"
static __noinline void swap(struct Args *args)
{
        i64 t0_ = 0;
        i64 t1_ = 0;

#line 239
        t0_ = args->b;
#line 239
        t1_ = args->a;
#line 239
        args->a = t0_;
#line 239
        args->b = t1_;
        return;
}

SEC("syscall")
#line 244 "tests/compiler/corpus/control_flow.py"
int structs_are_passed_by_reference(struct Args *ctx)
{
        struct Args *args = ctx;

#line 245
        swap(args);
#line 246
        args->result = (args->a * 10) + args->b;
        return 0;
}
