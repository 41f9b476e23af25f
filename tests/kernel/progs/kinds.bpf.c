// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Records of several types in one ring, told apart by head.kind. Run by hand: emits `count` of them, in turn
// an opened, a closed, one of an unknown kind, and one that is too short.
#include <aiobpf.bpf.h>

#define NULL ((void *)0)

char LICENSE[] SEC("license") = "Dual MIT/GPL";

enum kind { OPENED = 1, CLOSED = 2, STRAY = 9 };

struct head {
        enum kind kind;
        __u32 sequence;
};

struct opened {
        struct head head;
        char path[24];
};

struct closed {
        struct head head;
        __s64 result;
};

AIOBPF_EVENT_TYPE(struct opened);
AIOBPF_EVENT_TYPE(struct closed);

AIOBPF_RING(events, 256 * 1024);

struct kinds_args {
        __u32 count;
};

static long emit_one(__u32 i, void *unused)
{
        struct opened *opened;
        struct closed *closed;
        struct head *stray;
        __u32 *tag;

        switch (i % 4) {
        case 0:
                opened = AIOBPF_RESERVE(events, struct opened);
                if (!opened)
                        return 0;
                __builtin_memset(opened, 0, sizeof(*opened));
                opened->head.kind = OPENED;
                opened->head.sequence = i;
                opened->path[0] = '/';
                AIOBPF_SUBMIT(events, opened);
                return 0;
        case 1:
                closed = AIOBPF_RESERVE(events, struct closed);
                if (!closed)
                        return 0;
                closed->head.kind = CLOSED;
                closed->head.sequence = i;
                closed->result = -(__s64)i;
                AIOBPF_SUBMIT(events, closed);
                return 0;
        case 2:
                stray = AIOBPF_RESERVE(events, struct head);
                if (!stray)
                        return 0;
                stray->kind = STRAY;
                stray->sequence = i;
                AIOBPF_SUBMIT(events, stray);
                return 0;
        default:
                tag = AIOBPF_RESERVE(events, __u32);
                if (!tag)
                        return 0;
                *tag = OPENED;
                AIOBPF_SUBMIT(events, tag);
                return 0;
        }
}

SEC("syscall")
int emit_kinds(struct kinds_args *args)
{
        bpf_loop(args->count, emit_one, NULL, 0);
        return 0;
}
