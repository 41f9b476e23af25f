/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct bpf_timer { u64 opaque[2]; };

struct Alarm {
        struct bpf_timer timer;
        u64 rang;
};
_Static_assert(sizeof(struct Alarm) == 24, "as in Python");

static long (*bpf_timer_init)(struct bpf_timer *timer, void *map, __u64 flags) = (void *)169;
static long (*bpf_timer_set_callback)(struct bpf_timer *timer, void *callback_fn) = (void *)170;
static long (*bpf_timer_start)(struct bpf_timer *timer, __u64 nsecs, __u64 flags) = (void *)171;

static __noinline i64 ring(void *table, u32 *key, struct Alarm *alarm);

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, u32);
        __type(value, struct Alarm);
} alarms SEC(".maps");

u64 total;

char LICENSE[] SEC("license") = "GPL";

#line 163 "tests/compiler/corpus/attached.py"
static __noinline i64 ring(void *table, u32 *key, struct Alarm *alarm)
{
#line 164
        alarm->rang = alarm->rang + 1;
#line 165
        total = total + 1;
#line 166
        return 0LL;
}

SEC("tc")
#line 171 "tests/compiler/corpus/attached.py"
int timer(void *ctx)
{
        struct Alarm *alarm = 0;

#line 172
        alarm = bpf_map_lookup_elem(&alarms, &(u32){0U});
#line 173
        if (alarm == NULL) {
#line 174
                return 0;
        }
#line 175
        bpf_timer_init(&alarm->timer, &alarms, 1ULL);
#line 176
        bpf_timer_set_callback(&alarm->timer, ring);
#line 177
        bpf_timer_start(&alarm->timer, 1000ULL, 0ULL);
        return 0;
}
