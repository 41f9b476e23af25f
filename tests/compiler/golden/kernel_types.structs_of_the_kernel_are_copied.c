/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct list_head;
struct task_struct;
struct list_head {
        void *next;
        void *prev;
};
_Static_assert(sizeof(struct list_head) == 16, "as in BTF");
struct task_struct {
        struct list_head tasks;
} __attribute__((preserve_access_index));

struct Args {
        i64 a;
        i64 b;
        i64 c;
        i64 result;
        char text[32];
};
_Static_assert(sizeof(struct Args) == 64, "as in Python");

static __u64 (*bpf_get_current_task)(void) = (void *)35;

struct {
        __uint(type, BPF_MAP_TYPE_ARRAY);
        __uint(max_entries, 1);
        __type(key, u32);
        __type(value, struct list_head);
} table SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

SEC("syscall")
#line 232 "tests/compiler/corpus/kernel_types.py"
int structs_of_the_kernel_are_copied(struct Args *ctx)
{
        struct Args *args = ctx;
        struct task_struct *task = 0;
        struct list_head mine = {};
        struct list_head *kept = 0;

#line 233
        task = (struct task_struct *)(void *)(bpf_get_current_task());
#line 234
        __builtin_memset(&mine, 0, sizeof(mine));
#line 235
        bpf_probe_read_kernel(&mine, 16U, &task->tasks);
#line 236
        bpf_map_update_elem(&table, &(u32){0U}, ({ struct list_head *made_ = (struct list_head [1]){}; bpf_probe_read_kernel(made_, sizeof(*made_), &task->tasks); made_; }), 0);
#line 237
        kept = bpf_map_lookup_elem(&table, &(u32){0U});
#line 238
        if (kept != NULL) {
#line 239
                args->result = (i64)((u64)kept->next == (u64)mine.next);
        }
        return 0;
}
