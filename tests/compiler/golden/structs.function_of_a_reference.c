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
struct Table {
        i64 values[4];
};
_Static_assert(sizeof(struct Table) == 32, "as in Python");

static __noinline void double_(i64 *value);

char LICENSE[] SEC("license") = "GPL";

#line 258 "tests/compiler/corpus/structs.py"
static __noinline void double_(i64 *value)
{
#line 259
        *value = *value * 2;
        return;
}

SEC("syscall")
#line 271 "tests/compiler/corpus/structs.py"
int function_of_a_reference(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Table values = {};

#line 272
        __builtin_memset(&values, 0, sizeof(values));
#line 273
        values.values[1] = 3LL;
#line 274
        double_(&values.values[1]);
#line 275
        args->result = (values.values[1] + args->a) + args->b;
        return 0;
}
