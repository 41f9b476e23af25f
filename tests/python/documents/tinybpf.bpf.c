// The object of the two documents; their C blocks stand in the two places that have names of Python.
#include <linux/bpf.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define TASK_COMM_LEN 16  // as in vmlinux.h

%(declarations)s

#define MAP(name, kind, entries, key_type, value_type) \
        struct {                                       \
                __uint(type, kind);                    \
                __uint(max_entries, entries);          \
                __type(key, key_type);                 \
                __type(value, value_type);             \
        } name SEC(".maps")
#define RING(name)                                     \
        struct {                                       \
                __uint(type, BPF_MAP_TYPE_RINGBUF);    \
                __uint(max_entries, 4096);             \
        } name SEC(".maps")

struct pid_key { __u32 pid; };
struct pid_count { __u64 count; };
struct config { __u32 target_pid; __u8 enabled; };
struct port_stats { __u64 connections; __u64 bytes_sent; };

MAP(connections, BPF_MAP_TYPE_HASH, 64, __u32, __u64);
MAP(counters, BPF_MAP_TYPE_HASH, 64, __u32, __u64);
MAP(per_pid, BPF_MAP_TYPE_HASH, 64, struct pid_key, struct pid_count);
MAP(my_map, BPF_MAP_TYPE_HASH, 64, __u32, __u64);
MAP(config, BPF_MAP_TYPE_ARRAY, 1, __u32, struct config);
MAP(port_stats, BPF_MAP_TYPE_HASH, 64, __u16, struct port_stats);
RING(events);
RING(exec_events);
RING(exit_events);

static int count(void)
{
        __u32 pid = bpf_get_current_pid_tgid() >> 32;
        __u64 once = 1, *value = bpf_map_lookup_elem(&connections, &pid);

        if (value)
                __sync_fetch_and_add(value, 1);
        else
                bpf_map_update_elem(&connections, &pid, &once, 0);
        return 0;
}

SEC("tracepoint/syscalls/sys_enter_getppid")
int on_call(void *ctx)
{
        return count();
}

#define EMIT(ring, type, ...)                                                 \
        do {                                                                  \
                struct type one = {__VA_ARGS__};                              \
                bpf_ringbuf_output(&ring, &one, sizeof(one), 0);              \
        } while (0)

SEC("syscall")
int emit_event(void *ctx)
{
        struct event one = {.pid = 7, .tid = 8};

        bpf_get_current_comm(&one.comm, sizeof(one.comm));
        bpf_ringbuf_output(&events, &one, sizeof(one), 0);
        return 0;
}

SEC("syscall")
int emit_both(void *ctx)
{
        EMIT(events, exec_event, .timestamp = 1, .event_type = EVENT_EXEC, .pid = 7);
        EMIT(events, exit_event, .timestamp = 2, .event_type = EVENT_EXIT, .pid = 8, .exit_code = -9);
        EMIT(exec_events, exec_event, .timestamp = 1, .event_type = EVENT_EXEC, .pid = 7);
        EMIT(exit_events, exit_event, .timestamp = 2, .event_type = EVENT_EXIT, .pid = 8, .exit_code = -9);
        return 0;
}

struct with_comm { char comm[16]; };

SEC("raw_tp/sched_process_fork")
int portable(struct with_comm *ctx)
{
%(statements)s
        return 0;
}

SEC("uprobe/libc.so.6:getppid")
int trace_connect(void *ctx)
{
        return count();
}

SEC("uprobe/libc.so.6:getppid")
int trace_func(void *ctx)
{
        return count();
}

SEC("uprobe/libc.so.6:getppid")
int my_function(void *ctx)
{
        return count();
}
