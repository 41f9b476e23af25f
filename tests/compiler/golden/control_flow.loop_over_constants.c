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

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 202 "tests/compiler/corpus/control_flow.py"
int loop_over_constants(struct Args *ctx)
{
        struct Args *args = ctx;
        i64 p = 0;
        i64 q = 0;

#line 203
        p = 2LL;
#line 204
        args->result = (args->result * 13) + (p * args->a);
#line 203
        p = 3LL;
#line 204
        args->result = (args->result * 13) + (p * args->a);
#line 203
        p = 5LL;
#line 204
        args->result = (args->result * 13) + (p * args->a);
#line 203
        p = 7LL;
#line 204
        args->result = (args->result * 13) + (p * args->a);
#line 203
        p = 11LL;
#line 204
        args->result = (args->result * 13) + (p * args->a);
#line 205
        q = 1LL;
#line 206
        args->result = args->result + q;
#line 205
        q = args->a;
#line 206
        args->result = args->result + q;
#line 205
        q = 3LL;
#line 206
        args->result = args->result + q;
        return 0;
}
