/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

enum Level {
        Level_LOW = 1,
        Level_HIGH = 5,
};
struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");
struct Message {
        enum Level level;
        u16 count;
};
_Static_assert(sizeof(struct Message) == 8, "as in Python");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 280 "tests/compiler/corpus/structs.py"
int enumerations_in_structs(struct Args *ctx)
{
        struct Args *args = ctx;
        struct Message message = {};

#line 281
        __builtin_memset(&message, 0, sizeof(message));
        message.level = (enum Level)((args->a < 5) ? 5 : 1);
        message.count = 1;
#line 282
        args->result = (i64)((message.level * 10) + message.count);
        return 0;
}
