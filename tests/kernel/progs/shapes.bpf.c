// SPDX-License-Identifier: MIT OR GPL-2.0-only
// Types of every shape, and constants. No programs that run.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct flat {
        __u8 u8;
        __s8 s8;
        __u16 u16;
        __s16 s16;
        __u32 u32;
        __s32 s32;
        __u64 u64;
        __s64 s64;
        void *pointer;
        const volatile __u32 qualified;
        _Bool flags[3];
        char letter;
        unsigned char raw[5];
        __u64 longs[2];
};
AIOBPF_EVENT_TYPE(struct flat);

struct with_floats {
        float single;
        double both[2];
};
AIOBPF_EVENT_TYPE(struct with_floats);

const volatile __u8 small = 1;
const volatile __s16 negative = -1;
const volatile __u64 large = 1;
const volatile _Bool yes = 1;
const volatile enum { LOW = -1, HIGH = 1 } level = LOW;
const volatile double ratio = 0.5;
const volatile float half = 0.5;
const volatile __u32 several[3] = {1, 2, 3};
const volatile char word[8] = "word";
const volatile struct flat whole = {};

typedef struct flat flat_alias;
AIOBPF_EVENT_TYPE(flat_alias);

typedef struct {
        __u32 only;
} unnamed;
AIOBPF_EVENT_TYPE(unnamed);

enum wide { SMALL = 1, LARGE = 0x100000000 };
struct with_wide_enum {
        enum wide wide;
};
AIOBPF_EVENT_TYPE(struct with_wide_enum);

enum direction { BACK = -1, STAY, FORTH };
struct with_bitfields {
        __u32 before;
        __u32 three : 3;
        __s32 minus : 5;
        __u32 rest : 24;
        enum direction direction : 2;
        _Bool yes : 1;
        __u64 : 13;  // padding
        __u64 wide : 40;
        __u8 byte : 8;
};
AIOBPF_EVENT_TYPE(struct with_bitfields);

struct point {
        __s16 x;
        __s16 y;
};
union number {
        __u32 whole;
        float real;
        struct point both;
};
struct with_nested {
        struct point at;
        struct point path[2][2];
        union number number;
        struct {
                __u8 inner;
        } unnamed;
        const struct flat *flat;
        struct with_nested *next;
};
AIOBPF_EVENT_TYPE(struct with_nested);
AIOBPF_EVENT_TYPE(union number);

struct with_anonymous {
        __u8 before;
        union {
                __u32 word;
                struct {
                        __u16 low;
                        __u16 high : 9;
                        __u16 highest : 7;
                };
        };
        struct {
        };
        __u8 after;
};
AIOBPF_EVENT_TYPE(struct with_anonymous);

struct with_matrix {
        __u32 cells[2][3];
        char words[2][4];
        __u8 raw[2][1][2];
        enum direction ways[2];
};
AIOBPF_EVENT_TYPE(struct with_matrix);

struct with_tail {
        __u32 length;
        char tail[];
};
AIOBPF_EVENT_TYPE(struct with_tail);

struct with_int128 {
        __int128 huge;
};
AIOBPF_EVENT_TYPE(struct with_int128);

typedef __u32 number;
AIOBPF_EVENT_TYPE(number);
