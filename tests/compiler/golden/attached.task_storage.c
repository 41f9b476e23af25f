/* Written by aiobpf.compiler. */
#include <aiobpf_python.h>

struct pt_regs;
struct task_struct;

static struct task_struct *(*bpf_get_current_task_btf)(void) = (void *)158;
static void *(*bpf_task_storage_get)(void *map, struct task_struct *task, void *value, __u64 flags) = (void *)156;

struct {
        __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
        __uint(map_flags, 1);
        __type(key, i32);
        __type(value, u64);
} storage SEC(".maps");

u64 total;

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/sys_enter")
#line 189 "tests/compiler/corpus/attached.py"
int task_storage(u64 *ctx)
{
        struct pt_regs *regs = (void *)ctx[0];
        i64 id = (i64)ctx[1];
        struct task_struct *task = 0;
        u64 *value = 0;
        u64 *again = 0;

#line 190
        if ((id != 110) && (id != 173)) {
#line 191
                return 0;
        }
#line 192
        task = bpf_get_current_task_btf();
#line 193
        value = bpf_task_storage_get(&storage, task, NULL, 1);
#line 194
        if (value == NULL) {
#line 195
                return 0;
        }
#line 196
        *value = *value + 1;
#line 197
        again = bpf_task_storage_get(&storage, task, NULL, 0);
#line 198
        if (again != NULL) {
#line 199
                total = *again;
        }
        return 0;
}
