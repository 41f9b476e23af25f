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
struct Point {
        i32 x;
        i32 y;
};
_Static_assert(sizeof(struct Point) == 8, "as in Python");

i64 table[8];
struct Point corner = { .x = 3, .y = -4 };

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 179 "tests/compiler/corpus/structs.py"
int globals_of_structs_and_arrays(struct Args *ctx)
{
        struct Args *args = ctx;

#line 180
        table[5] = args->a + 1;
#line 181
        corner.x = corner.x + 1;
#line 182
        args->result = ((corner.x + corner.y) + table[5]) + table[0];
#line 183
        corner.x = corner.x - 1;
        return 0;
}
