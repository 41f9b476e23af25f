/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_spin_lock { u32 opaque[1]; };

struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");
struct Stats {
        u64 count;
        i64 total;
        struct bpf_spin_lock lock;
};
_Static_assert(sizeof(struct Stats) == 24, "as in Python");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 327 "tests/compiler/corpus/maps.py"
int atomics(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Stats stats = {};
        u64 old = 0;
        u64 was = 0;
        u64 lost = 0;
        u64 won = 0;

#line 328
        __builtin_memset(&stats, 0, sizeof(stats));
        stats.count = (u64)args->a;
#line 329
        old = __sync_fetch_and_add(&(stats.count), 5ULL);
#line 330
        was = __sync_lock_test_and_set(&(stats.count), 100ULL);
#line 331
        lost = __sync_val_compare_and_swap(&(stats.count), 99ULL, 7ULL);
#line 332
        won = __sync_val_compare_and_swap(&(stats.count), 100ULL, 3ULL);
#line 333
        args->result = (i64)((((old + (was * 10)) + (stats.count * lost)) + won) - 100);
        return 0;
}
