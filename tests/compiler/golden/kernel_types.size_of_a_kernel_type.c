/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct callback_head;
struct cred;
struct group_info;
struct key;
struct ucounts;
struct user_namespace;
struct user_struct;
struct callback_head {
        void *next;
        void *func;
};
_Static_assert(sizeof(struct callback_head) == 16, "as in BTF");
struct cred {
        struct { i64 counter; } usage;
        struct { u32 val; } uid;
        struct { u32 val; } gid;
        struct { u32 val; } suid;
        struct { u32 val; } sgid;
        struct { u32 val; } euid;
        struct { u32 val; } egid;
        struct { u32 val; } fsuid;
        struct { u32 val; } fsgid;
        u32 securebits;
        struct { u64 val; } cap_inheritable;
        struct { u64 val; } cap_permitted;
        struct { u64 val; } cap_effective;
        struct { u64 val; } cap_bset;
        struct { u64 val; } cap_ambient;
        u8 jit_keyring;
        void *session_keyring;
        void *process_keyring;
        void *thread_keyring;
        void *request_key_auth;
        void *security;
        void *user;
        void *user_ns;
        void *ucounts;
        void *group_info;
        union { i32 non_rcu; struct callback_head rcu; };
};
_Static_assert(sizeof(struct cred) == 184, "as in BTF");

struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 99 "tests/compiler/corpus/kernel_types.py"
int size_of_a_kernel_type(struct Args *ctx)
{
        struct Args *args = ctx;

#line 100
        args->result = (i64)(u32)__builtin_preserve_type_info(*(struct cred *)0, 1);
#line 101
        args->a = 184LL;
        return 0;
}
