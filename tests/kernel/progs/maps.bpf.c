// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Maps with types of every shape, and variables that a program reads and writes.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum state { IDLE, BUSY = 5, LOST = -1 };

struct connection {
        __u32 address;
        __u16 port;
        __u8 protocol;
        __u8 _pad;
};

struct point {
        __s32 x;
        __s32 y;
};

struct stats {
        __u64 packets;
        __s64 balance;
        double ratio;
        _Bool open;
        char name[11];
        enum state state;
        struct point at[2];
        union {
                __u32 whole;
                __u16 halves[2];
        } parts;
        __u32 low : 4;
        __s32 high : 5;
        void *pointer;
};

struct config {
        __u64 timestamp;
        __u32 target_pid;
        __u8 enabled;
};

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 1024);
        __type(key, struct connection);
        __type(value, struct stats);
} connections SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 1024);
        __type(key, __s32);
        __type(value, __s64);
} numbers SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, __u32);
        __type(value, struct config);
} config SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 64);
        __type(key, char[16]);
        __type(value, enum state);
} names SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
        __uint(max_entries, 64);
        __type(key, __u32);
        __type(value, __u32);
} per_cpu SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_QUEUE);
        __uint(max_entries, 4);
        __type(value, __u32);
} queue SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_STACK_TRACE);
        __uint(max_entries, 8);
        __uint(key_size, 4);
        __uint(value_size, 8 * 8);
} stacks SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
        __uint(max_entries, 2);
        __uint(key_size, 4);
        __uint(value_size, 4);
} programs SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
        __uint(map_flags, BPF_F_NO_PREALLOC);
        __type(key, int);
        __type(value, __u64);
} tasks SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
        __uint(max_entries, 4096);
} commands SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
        __uint(max_entries, 4096);
} more_commands SEC(".maps");

const volatile __u32 target_pid = 7;
const volatile struct point origin = {3, -4};

__u64 counter;
struct point drained;
__u64 histogram[8];
enum state state;
struct point where_it_is;
char label[16];
float share;
_Bool ready;

__s32 step = -2;
char word[8] = "begin";
__u64 extra SEC(".data.counters") = 11;

// counter += step * target_pid; what it has seen is in the other variables.
SEC("syscall")
int count(void *ctx)
{
        __u32 key = 3;
        __u32 one = 1;

        counter += step * (__s64)target_pid;
        histogram[3]++;
        where_it_is.x = origin.x + 1;
        where_it_is.y = origin.y;
        state = LOST;
        ready = 1;
        __builtin_memcpy(label, word, sizeof(word));
        __sync_fetch_and_add(&extra, 1);
        __u32 *seen = bpf_map_lookup_elem(&per_cpu, &key);
        if (seen)
                *seen += 1;
        else
                bpf_map_update_elem(&per_cpu, &key, &one, BPF_ANY);
        return 0;
}

int stack_of = 0;   // the process whose system calls are looked at
int stack_id = -1;

SEC("raw_tp/sys_enter")
int take_stack(void *ctx)
{
        if (bpf_get_current_pid_tgid() >> 32 == stack_of)
                stack_id = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK | BPF_F_REUSE_STACKID);
        return 0;
}

SEC("syscall")
int other(void *ctx)
{
        return 7;
}

static long take(struct bpf_dynptr *record, void *ctx)
{
        struct point command;

        if (bpf_dynptr_read(&command, sizeof(command), record, 0, 0))
                return 1;
        drained.x += command.x;
        drained.y += command.y;
        return 0;
}

// How many records were in the user rings; their sums are in `drained`.
SEC("syscall")
int drain(void *ctx)
{
        return bpf_user_ringbuf_drain(&commands, take, 0, 0) + bpf_user_ringbuf_drain(&more_commands, take, 0, 0);
}
