/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Included by BPF programs whose records aiobpf reads. It includes <linux/bpf.h>, unless vmlinux.h was
 * included first, and <bpf/bpf_helpers.h>. With a wheel, aiobpf.get_include() gives its folder.
 *
 *   AIOBPF_RING(events, 256 * 1024);             // the ring `events` and its counters
 *
 *   struct exec_event *e = AIOBPF_RESERVE(events, struct exec_event);
 *   if (!e)
 *           return 0;                            // counted, by its cause
 *   e->pid = ...;
 *   AIOBPF_SUBMIT(events, e);                    // or AIOBPF_DISCARD(events, e)
 *
 * Every attempt is counted once, in a slot for each CPU, with an atomic add: a program that interrupts
 * another on its CPU cannot make a count go missing. The kernel itself says nothing of reserves that
 * failed. The counts are in the map `events__ledger`, where aiobpf finds them by that name and maps them
 * into its memory, and
 *
 *   seen == submitted + discarded + ring_full + contended + oversize
 *
 * Kernel 5.8 (BPF_MAP_TYPE_RINGBUF).
 */
#ifndef AIOBPF_BPF_H
#define AIOBPF_BPF_H

#ifndef __VMLINUX_H__ /* it has the types of <linux/bpf.h> and refuses them a second time */
#include <linux/bpf.h>
#endif

#include <bpf/bpf_helpers.h>

/* One CPU's value of the map `<ring>__ledger`. A line of the cache for each, so that CPUs do not slow each
 * other down. Append only: user space reads it by offset. */
struct aiobpf_ledger {
        __u64 seen;      /* attempts to emit a record */
        __u64 discarded; /* given back by AIOBPF_DISCARD */
        __u64 ring_full; /* no room at that moment */
        __u64 oversize;  /* larger than the ring, or than 1 GiB: no reader could ever have helped */
        __u64 contended; /* failed twice although there was room: the ring's lock could not be taken, as in an NMI */
        __u64 sampled;   /* left out by sampling; aiobpf.bpf.h itself has none */
        __u64 limited;   /* beyond a limit of records a second; the same */
        __u64 unpaired;  /* a call whose beginning could not be kept; the same */
};

/* CPUs that have a slot; those with higher numbers share the first one. */
#ifndef AIOBPF_LEDGER_CPUS
#define AIOBPF_LEDGER_CPUS 1024
#endif

/* Defines the ring `name` of `bytes` (a power of two, a multiple of the page size; user space may
 * set another size before the object is loaded), the map of its counters, and a number that user space steers:
 * beyond this many unread bytes AIOBPF_SUBMIT wakes a reader that looks by a timer; 0: it does not. */
#define AIOBPF_RING(name, bytes)                                  \
        struct {                                                  \
                __uint(type, BPF_MAP_TYPE_RINGBUF);               \
                __uint(max_entries, bytes);                       \
        } name SEC(".maps");                                      \
        struct {                                                  \
                __uint(type, BPF_MAP_TYPE_ARRAY);                 \
                __uint(map_flags, BPF_F_MMAPABLE);                \
                __uint(max_entries, AIOBPF_LEDGER_CPUS);          \
                __type(key, __u32);                               \
                __type(value, struct aiobpf_ledger);              \
        } name##__ledger SEC(".maps");                            \
        volatile __u64 name##__wake_at SEC(".data." #name)

/* Makes `type` (as in "struct exec_event") part of the object's BTF, so that user space can make
 * event classes from it by name. Types that are only used inside a function are left out of it. */
#define AIOBPF_EVENT_TYPE(type) \
        const type *AIOBPF_CONCAT_(aiobpf_event_type_, __COUNTER__) __attribute__((unused))
#define AIOBPF_CONCAT_(a, b) AIOBPF_CONCAT2_(a, b)
#define AIOBPF_CONCAT2_(a, b) a##b

/* A record to fill, or NULL. sizeof(type) is a constant, as the verifier wants it. */
#define AIOBPF_RESERVE(ring, type) ((type *)aiobpf_reserve_(&ring, &ring##__ledger, sizeof(type)))

/* Makes the record visible to the reader. AIOBPF_SUBMIT_FLAGS takes BPF_RB_NO_WAKEUP and
 * BPF_RB_FORCE_WAKEUP; a record without wakeup is seen at the reader's next look. */
#define AIOBPF_SUBMIT(ring, record) bpf_ringbuf_submit(record, aiobpf_wakeup_(&ring, ring##__wake_at))
#define AIOBPF_SUBMIT_FLAGS(ring, record, flags) bpf_ringbuf_submit(record, flags)

/* Gives a reserved record back; the reader skips it. */
#define AIOBPF_DISCARD(ring, record) aiobpf_discard_(record, &ring##__ledger)

/* Copies `size` bytes (may be a variable that the verifier can bound) into a record.
 * Returns 0, or a negative errno which is counted. */
#define AIOBPF_OUTPUT(ring, data, size) aiobpf_output_(&ring, &ring##__ledger, data, size)

static __always_inline struct aiobpf_ledger *aiobpf_ledger_(void *ledger)
{
        __u32 slot = bpf_get_smp_processor_id();
        struct aiobpf_ledger *counts = bpf_map_lookup_elem(ledger, &slot);
        if (counts)
                return counts;
        slot = 0;
        return bpf_map_lookup_elem(ledger, &slot);
}

#define AIOBPF_FORCE_WAKEUP_ 2 /* BPF_RB_FORCE_WAKEUP: not all headers of kernel types have it */

/* While an eighth more than that fills, and not for ever: each wakeup costs this program microseconds. */
static __always_inline __u64 aiobpf_wakeup_(void *ring, __u64 wake_at)
{
        __u64 unread;

        if (!wake_at)
                return 0;
        unread = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
        return unread >= wake_at && unread < wake_at + wake_at / 8 ? AIOBPF_FORCE_WAKEUP_ : 0;
}

/* A record's length has 30 bits (kernel/bpf/ringbuf.c, RINGBUF_MAX_RECORD_SZ). */
#define AIOBPF_LONGEST_RECORD_ 0x3fffffff

/* After a failed reserve: whether there is room now. Else it is counted.
 * The kernel never gives out a record whose header and padded data fill the whole ring
 * (kernel/bpf/ringbuf.c, __bpf_ringbuf_reserve: new_prod_pos - cons_pos > rb->mask). Where there is room a
 * moment later, either the reader has made it since, or the lock could not be taken: the second attempt tells. */
static __always_inline int aiobpf_has_room_(void *ring, struct aiobpf_ledger *counts, __u64 size)
{
        __u64 needed = (size + 8 + 7) / 8 * 8;
        __u64 bytes = bpf_ringbuf_query(ring, BPF_RB_RING_SIZE);
        if (size > AIOBPF_LONGEST_RECORD_ || needed >= bytes) {
                __sync_fetch_and_add(&counts->oversize, 1);
                return 0;
        }
        if (bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA) + needed < bytes)
                return 1;
        __sync_fetch_and_add(&counts->ring_full, 1);
        return 0;
}

static __always_inline void *aiobpf_reserve_(void *ring, void *ledger, __u64 size)
{
        struct aiobpf_ledger *counts = aiobpf_ledger_(ledger);
        void *record;
        if (!counts)
                return 0;
        __sync_fetch_and_add(&counts->seen, 1);
        record = bpf_ringbuf_reserve(ring, size, 0);
        if (record || !aiobpf_has_room_(ring, counts, size))
                return record;
        record = bpf_ringbuf_reserve(ring, size, 0);
        if (!record)
                __sync_fetch_and_add(&counts->contended, 1);
        return record;
}

static __always_inline void aiobpf_discard_(void *record, void *ledger)
{
        struct aiobpf_ledger *counts = aiobpf_ledger_(ledger);
        if (counts)
                __sync_fetch_and_add(&counts->discarded, 1);
        bpf_ringbuf_discard(record, 0);
}

static __always_inline long aiobpf_output_(void *ring, void *ledger, void *data, __u64 size)
{
        struct aiobpf_ledger *counts = aiobpf_ledger_(ledger);
        long failed;
        if (!counts)
                return -1;
        __sync_fetch_and_add(&counts->seen, 1);
        failed = bpf_ringbuf_output(ring, data, size, 0);
        if (!failed || !aiobpf_has_room_(ring, counts, size))
                return failed;
        failed = bpf_ringbuf_output(ring, data, size, 0);
        if (failed)
                __sync_fetch_and_add(&counts->contended, 1);
        return failed;
}

#endif
