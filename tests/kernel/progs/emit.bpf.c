// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Emits exactly as many records as it is asked to, in one run of a SEC("syscall") program: kernel
// tests need no other process and no waiting.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum colour { RED = 1, GREEN = 2, BLUE = -7 };

// 48 bytes; a field of every kind that an event class has to read.
struct numbered {
        __u64 sequence;
        __u64 check;  // ~sequence
        __u32 ring;
        __s32 negative;  // -sequence
        char text[8];
        __u16 shorts[2];
        enum colour colour;
        _Bool odd;
        __s8 tiny;
        __u8 pad[6];
};
AIOBPF_EVENT_TYPE(struct numbered);

struct nested {
        struct numbered inner;
        __u32 more;
};
AIOBPF_EVENT_TYPE(struct nested);

AIOBPF_RING(first, 256 * 1024);
AIOBPF_RING(second, 256 * 1024);

struct {
        __uint(type, BPF_MAP_TYPE_HASH);
        __uint(max_entries, 64);
        __type(key, __u32);
        __type(value, __u64);
} table SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 4);
        __type(key, __u32);
        __type(value, __u64);
} array SEC(".maps");

struct {
        __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
        __uint(max_entries, 1);
        __type(key, __u32);
        __type(value, struct aiobpf_ledger);
} per_cpu SEC(".maps");

const volatile __u32 answer = 41;
const volatile __u64 tag = 0;

struct emit_args {
        __u64 first_sequence;
        __u32 count;
        __u32 ring;     // 0: first, 1: second, 2: in turn
        __u32 discard;  // every Nth record is discarded instead; 0: none
        __u32 flags;    // for bpf_ringbuf_submit
};

static __always_inline void fill(struct numbered *record, __u64 sequence, __u32 ring)
{
        record->sequence = sequence;
        record->check = ~sequence;
        record->ring = ring;
        record->negative = -(__s32)sequence;
        __builtin_memcpy(record->text, "abc\0xyz", 8);
        record->shorts[0] = sequence & 0xffff;
        record->shorts[1] = 7;
        record->colour = sequence % 2 ? GREEN : BLUE;
        record->odd = sequence % 2;
        record->tiny = -1;
        __builtin_memset(record->pad, 0, sizeof(record->pad));
}

#define EMIT_INTO(name, number)                                             \
        do {                                                                \
                struct numbered *record = AIOBPF_RESERVE(name, struct numbered); \
                if (!record)                                                \
                        break;                                              \
                fill(record, sequence, number);                             \
                if (args->discard && sequence % args->discard == 0)         \
                        AIOBPF_DISCARD(name, record);                       \
                else if (args->flags)                                       \
                        AIOBPF_SUBMIT_FLAGS(name, record, args->flags);     \
                else                                                        \
                        AIOBPF_SUBMIT(name, record);                        \
        } while (0)

static long emit_one(__u32 index, void *data)
{
        struct emit_args *args = data;
        __u64 sequence = args->first_sequence + index;
        if (args->ring == 1 || (args->ring == 2 && index % 2))
                EMIT_INTO(second, 1);
        else
                EMIT_INTO(first, 0);
        return 0;
}

SEC("syscall")
int emit(struct emit_args *args)
{
        struct emit_args copy = *args;
        // Loaded as 32 bits: clang 14 passes `count` and `ring` in one register, and the kernel, where it
        // inlines bpf_loop (5.19), compares all 64 and refuses.
        __u32 count = *(volatile __u32 *)&args->count;
        return bpf_loop(count, emit_one, &copy, 0) == count ? 0 : -1;
}

// Tries a record larger than its ring can ever hold, and variable lengths.
struct sized_args {
        __u32 size;
};
static char scratch[64 * 1024];

SEC("syscall")
int emit_sized(struct sized_args *args)
{
        __u32 size = args->size;
        if (size > sizeof(scratch))
                return -1;
        return AIOBPF_OUTPUT(first, scratch, size) ? 1 : 0;
}

SEC("syscall")
int answer_it(void *ctx)
{
        return answer;
}

SEC("raw_tp/sys_enter")
int count_calls(void *ctx)
{
        __u32 key = 0;
        __u64 *value = bpf_map_lookup_elem(&array, &key);
        if (value)
                __sync_fetch_and_add(value, 1);
        return 0;
}
