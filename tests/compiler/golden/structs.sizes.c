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
union Number {
        u64 whole;
        u8 bytes[8];
        u32 half[2];
};
_Static_assert(sizeof(union Number) == 8, "as in Python");
struct Point {
        i32 x;
        i32 y;
};
_Static_assert(sizeof(struct Point) == 8, "as in Python");
struct Line {
        struct Point begin;
        struct Point end;
        struct Point points[3];
        u8 color;
        u64 width;
};
_Static_assert(sizeof(struct Line) == 56, "as in Python");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 155 "tests/compiler/corpus/structs.py"
int sizes(struct Args *ctx)
{
        struct Args *args = ctx;
        union Number n = {};

#line 156
        __builtin_memset(&n, 0, sizeof(n));
#line 157
        args->result = 84LL;
        return 0;
}
