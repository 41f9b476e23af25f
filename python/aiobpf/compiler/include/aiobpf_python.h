/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the C that aiobpf.compiler emits is built on. It includes nothing. */
#ifndef AIOBPF_PYTHON_H
#define AIOBPF_PYTHON_H
#define __VMLINUX_H__ /* aiobpf.bpf.h takes its types from here */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char i8;
typedef short i16;
typedef int i32;
typedef long long i64;
typedef _Bool bool;
typedef u8 __u8;
typedef u16 __u16;
typedef u32 __u32;
typedef u64 __u64;
typedef i8 __s8;
typedef i16 __s16;
typedef i32 __s32;
typedef i64 __s64;
typedef u16 __be16;
typedef u32 __be32;
typedef u32 __wsum;

#define NULL ((void *)0)
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, value) int(*name)[value]
#define __type(name, type) typeof(type) *name
#define __array(name, type) typeof(type) *name[]
#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))
#define __ksym __attribute__((section(".ksyms")))
#define __weak __attribute__((weak))

enum bpf_map_type {
        BPF_MAP_TYPE_UNSPEC, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PROG_ARRAY,
        BPF_MAP_TYPE_PERF_EVENT_ARRAY, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_PERCPU_ARRAY,
        BPF_MAP_TYPE_STACK_TRACE, BPF_MAP_TYPE_CGROUP_ARRAY, BPF_MAP_TYPE_LRU_HASH,
        BPF_MAP_TYPE_LRU_PERCPU_HASH, BPF_MAP_TYPE_LPM_TRIE, BPF_MAP_TYPE_ARRAY_OF_MAPS,
        BPF_MAP_TYPE_HASH_OF_MAPS, BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_SOCKMAP, BPF_MAP_TYPE_CPUMAP,
        BPF_MAP_TYPE_XSKMAP, BPF_MAP_TYPE_SOCKHASH, BPF_MAP_TYPE_CGROUP_STORAGE,
        BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE, BPF_MAP_TYPE_QUEUE,
        BPF_MAP_TYPE_STACK, BPF_MAP_TYPE_SK_STORAGE, BPF_MAP_TYPE_DEVMAP_HASH, BPF_MAP_TYPE_STRUCT_OPS,
        BPF_MAP_TYPE_RINGBUF, BPF_MAP_TYPE_INODE_STORAGE, BPF_MAP_TYPE_TASK_STORAGE,
        BPF_MAP_TYPE_BLOOM_FILTER, BPF_MAP_TYPE_USER_RINGBUF, BPF_MAP_TYPE_CGRP_STORAGE,
};
enum { BPF_RB_AVAIL_DATA, BPF_RB_RING_SIZE };
enum { BPF_F_MMAPABLE = 1 << 10 };

/* What aiobpf.bpf.h and the macros below call; others are declared where they are used. */
static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_map_update_elem)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static u32 (*bpf_get_smp_processor_id)(void) = (void *)8;
static long (*bpf_probe_read_user)(void *to, u32 size, const void *from) = (void *)112;
static long (*bpf_probe_read_kernel)(void *to, u32 size, const void *from) = (void *)113;
static long (*bpf_ringbuf_output)(void *ringbuf, void *data, u64 size, u64 flags) = (void *)130;
static void *(*bpf_ringbuf_reserve)(void *ringbuf, u64 size, u64 flags) = (void *)131;
static void (*bpf_ringbuf_submit)(void *data, u64 flags) = (void *)132;
static void (*bpf_ringbuf_discard)(void *data, u64 flags) = (void *)133;
static u64 (*bpf_ringbuf_query)(void *ringbuf, u64 flags) = (void *)134;

/* The value of a place in memory that only a helper reads; zero where it cannot. */
#define READ_KERNEL(place)                                                          \
        ({                                                                          \
                typeof(place) read_;                                                \
                if (bpf_probe_read_kernel(&read_, sizeof(read_), &(place)))         \
                        __builtin_memset(&read_, 0, sizeof(read_));                 \
                read_;                                                              \
        })
#define READ_USER(place)                                                            \
        ({                                                                          \
                typeof(place) read_;                                                \
                if (bpf_probe_read_user(&read_, sizeof(read_), &(place)))           \
                        __builtin_memset(&read_, 0, sizeof(read_));                 \
                read_;                                                              \
        })

/* A bitfield of the kernel's, wherever it is in the kernel that loads the program. */
#define FIELD_INFO_(place, what) __builtin_preserve_field_info(place, what)
#define READ_BITS_(record, member, load)                                            \
        ({                                                                          \
                u64 bits_ = 0;                                                      \
                const void *at_ = (const void *)(record) + FIELD_INFO_((record)->member, 0); \
                load;                                                               \
                bits_ <<= FIELD_INFO_((record)->member, 4);                         \
                FIELD_INFO_((record)->member, 3)                                    \
                        ? (u64)((i64)bits_ >> FIELD_INFO_((record)->member, 5))     \
                        : bits_ >> FIELD_INFO_((record)->member, 5);                \
        })
#define READ_BITS(record, member)                                                   \
        READ_BITS_(record, member, switch (FIELD_INFO_((record)->member, 1)) {      \
                case 1: bits_ = *(const u8 *)at_; break;                            \
                case 2: bits_ = *(const u16 *)at_; break;                           \
                case 4: bits_ = *(const u32 *)at_; break;                           \
                default: bits_ = *(const u64 *)at_; break; })
#define READ_BITS_KERNEL(record, member)                                            \
        READ_BITS_(record, member,                                                  \
                   bpf_probe_read_kernel(&bits_, FIELD_INFO_((record)->member, 1), at_))

/* Division. By zero it is what BPF's instructions make of it: x // 0 == 0, x % 0 == x; C leaves it undefined, hence the
 * instructions themselves. They are unsigned, so signs are taken off and put back, without a branch: the verifier would
 * follow both ways of each. */
static __always_inline u64 div_u64(u64 a, u64 b)
{
        if (__builtin_constant_p(b) && b)
                return a / b;
        asm("%0 /= %1" : "+r"(a) : "r"(b));
        return a;
}
static __always_inline u64 mod_u64(u64 a, u64 b)
{
        if (__builtin_constant_p(b) && b)
                return a % b;
        return a - div_u64(a, b) * b; /* clang 14's assembler has no %= */
}
/* -1 for a negative number, else 0; and what it negates. */
static __always_inline u64 sign_(i64 a)
{
        return a >> 63;
}
static __always_inline u64 signed_(u64 a, u64 sign)
{
        return (a ^ sign) - sign;
}
/* 1 for all numbers but 0. */
static __always_inline u64 not_zero_(u64 a)
{
        return (a | -a) >> 63;
}
/* Rounded down, as in Python. */
static __always_inline i64 div_i64(i64 a, i64 b)
{
        u64 sign = sign_(a) ^ sign_(b), x = signed_(a, sign_(a)), y = signed_(b, sign_(b)), quotient = div_u64(x, y);
        return signed_(quotient, sign) - (sign & not_zero_(x - quotient * y) & not_zero_(y));
}
/* Of the sign of the divisor, as in Python. */
static __always_inline i64 mod_i64(i64 a, i64 b)
{
        u64 x = signed_(a, sign_(a)), y = signed_(b, sign_(b)), rest = mod_u64(x, y);
        u64 other = (sign_(a) ^ sign_(b)) & -not_zero_(rest);
        return signed_((other & (y - rest)) | (~other & rest), sign_(b));
}
/* Rounded towards zero, as in C. */
static __always_inline i64 cut_i64(i64 a, i64 b)
{
        return signed_(div_u64(signed_(a, sign_(a)), signed_(b, sign_(b))), sign_(a) ^ sign_(b));
}
/* Of the sign of the dividend, as in C. */
static __always_inline i64 rest_i64(i64 a, i64 b)
{
        return signed_(mod_u64(signed_(a, sign_(a)), signed_(b, sign_(b))), sign_(a));
}
#define div_u32(a, b) ((u32)div_u64((u32)(a), (u32)(b)))
#define mod_u32(a, b) ((u32)mod_u64((u32)(a), (u32)(b)))
#define div_i32(a, b) ((i32)div_i64((i32)(a), (i32)(b)))
#define mod_i32(a, b) ((i32)mod_i64((i32)(a), (i32)(b)))
#define cut_i32(a, b) ((i32)cut_i64((i32)(a), (i32)(b)))
#define rest_i32(a, b) ((i32)rest_i64((i32)(a), (i32)(b)))

/* Whether two strings are equal, up to their NUL or the end of the shorter array. */
static __always_inline bool equal_strings(const char *a, u32 a_size, const char *b, u32 b_size)
{
        u32 size = a_size < b_size ? a_size : b_size;
        for (u32 i = 0; i < size; i++) {
                if (a[i] != b[i])
                        return 0;
                if (!a[i])
                        return 1;
        }
        if (a_size == b_size)
                return 1;
        return a_size < b_size ? !b[size] : !a[size];
}

/* Adds to a value of a map; a missing one is zero. The value it had. */
#define MAP_ADD(map, key, type, by)                                                 \
        ({                                                                          \
                void *map_ = (map);                                                 \
                const void *key_ = (key);                                           \
                typeof(type) by_ = (by), was_ = 0, *value_ = bpf_map_lookup_elem(map_, key_); \
                if (!value_) {                                                      \
                        bpf_map_update_elem(map_, key_, &was_, 1 /* BPF_NOEXIST: it may be there by now */); \
                        value_ = bpf_map_lookup_elem(map_, key_);                   \
                }                                                                   \
                if (value_)                                                         \
                        was_ = __sync_fetch_and_add(value_, by_);                   \
                was_;                                                               \
        })

/* A struct in a packet, or NULL where the packet is shorter. */
#define PACKET(ctx, type, offset)                                                   \
        ({                                                                          \
                u64 offset_ = (offset);                                             \
                type *at_ = (void *)(long)(ctx)->data + offset_;                    \
                offset_ <= 0xffff && (void *)(at_ + 1) <= (void *)(long)(ctx)->data_end ? at_ : NULL; \
        })
#endif
