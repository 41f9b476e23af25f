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

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 122 "tests/compiler/corpus/structs.py"
int local_array(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Table squares = {};
        i64 i = 0;
        i64 t0_ = 0;

#line 123
        __builtin_memset(&squares, 0, sizeof(squares));
#line 124
        for (t0_ = 0LL; t0_ < 4; t0_++) {
                i = t0_;
#line 125
                squares.values[i] = (i * i) + args->a;
        }
#line 126
        args->result = (squares.values[3] + squares.values[0]) + 4;
        return 0;
}
