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
struct Sum {
        u64 keys;
        u64 values;
};
_Static_assert(sizeof(struct Sum) == 16, "as in Python");

static __noinline i64 following(void);

i64 calls;

char LICENSE[] SEC("license") = "GPL";

#line 362 "tests/compiler/corpus/maps.py"
static __noinline i64 following(void)
{
#line 363
        calls = calls + 1;
#line 364
        return calls & 7;
}

SEC("syscall")
#line 397 "tests/compiler/corpus/maps.py"
int structs_are_stored_in_elements_that_are_called_for(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Sum pairs[8] = {};
        i64 t0_ = 0;

#line 398
        calls = 0LL;
#line 399
        __builtin_memset(&pairs, 0, sizeof(pairs));
#line 400
        t0_ = following();
#line 400
        __builtin_memset(&pairs[t0_], 0, sizeof(pairs[t0_]));
        pairs[t0_].keys = 3ULL;
        pairs[t0_].values = 4ULL;
#line 401
        args->result = -((i64)((pairs[1].keys + pairs[1].values) + pairs[2].keys));
        return 0;
}
