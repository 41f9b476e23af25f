"""Kinds of programs: their contexts and arguments. What this kernel can attach is attached, the others are loaded."""

import ctypes

import aiobpf
from aiobpf import bpf
from aiobpf.bpf import char, i32, i64, u32, u64
from aiobpf.bpf.kernel import bpf_task_acquire, bpf_task_release, pt_regs
from support import checked_by, compiled_only

total = bpf.Global(u64)
events = bpf.RingBuf(4096)


@bpf.struct
class Unlink:
    dfd: i32
    name: char[64]


def loads(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    """That the verifier takes it is what can be seen here."""
    assert program.fd > 0


def counts_calls(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    with program.attach():
        for _ in range(3):
            ctypes.CDLL(None).abs(-7)
    (bss,) = (m for m in obj.maps if m.name.endswith(".bss"))
    ((_, value),) = bss.items()
    assert isinstance(value, bytes)
    assert int.from_bytes(value, "little") % 7 == 0 < int.from_bytes(value, "little")


@checked_by(counts_calls)
@bpf.program("uprobe//lib/x86_64-linux-gnu/libc.so.6:abs")
def uprobe(number: i32) -> None:
    total.value += -number


@checked_by(counts_calls)
@bpf.program("uretprobe//lib/x86_64-linux-gnu/libc.so.6:abs")
def uretprobe(ret: i32) -> None:
    total.value += ret


@checked_by(loads)
@bpf.program("kprobe/do_unlinkat")
def kprobe(dfd, name) -> None:
    events.submit(Unlink(dfd=dfd, name=bpf.kernel_str(name.name)))


@checked_by(loads)
@bpf.program("kretprobe/do_unlinkat")
def kretprobe(ret) -> None:
    total.value += ret < 0


@checked_by(loads)
@bpf.program("kprobe/vfs_read")
def kprobe_registers(ctx: pt_regs) -> None:
    total.value += ctx.sp != 0


@compiled_only
@bpf.program("fentry/do_unlinkat")
def fentry(dfd, name) -> None:
    events.submit(Unlink(dfd=dfd, name=bpf.kernel_str(name.name)))


@compiled_only
@bpf.program("fexit/do_unlinkat")
def fexit(name, ret) -> None:
    events.submit(Unlink(dfd=ret, name=bpf.kernel_str(name.name)))


@compiled_only
@bpf.program("lsm/file_open")
def lsm(file) -> i32:
    return 0 if file.f_inode.i_ino != 5 else -1


@compiled_only
@bpf.program("fmod_ret/security_file_open")
def fmod_ret(file, ret: i32) -> i32:
    return ret


@checked_by(loads)
@bpf.program("perf_event")
def sampled(ctx) -> None:
    total.value += ctx.sample_period


@checked_by(loads)
@bpf.program("cgroup/connect4")
def cgroup_connect(ctx) -> i32:
    return 0 if ctx.user_port == bpf.htons(25) else 1


@checked_by(loads)
@bpf.program("cgroup_skb/egress")
def cgroup_skb(ctx) -> i32:
    total.value += ctx.len
    return 1


@checked_by(loads)
@bpf.program("sockops")
def sock_ops(ctx) -> i32:
    if ctx.op == 4:
        ctx.reply = 10
    return 1


@checked_by(loads)
@bpf.program("sk_lookup")
def lookup_socket(ctx) -> i32:
    return int(ctx.local_port != 7)


@checked_by(loads)
@bpf.program("cgroup/sysctl")
def cgroup_sysctl(ctx) -> i32:
    return 0 if ctx.write else 1


@checked_by(loads)
@bpf.program("tp_btf/task_newtask")
def kfuncs(task) -> None:
    held = bpf_task_acquire(task)
    if held is not None:
        total.value += held.tgid
        bpf_task_release(held)


@checked_by(loads)
@bpf.program("socket")
def socket_filter(skb) -> i64:
    return skb.len if skb.protocol == bpf.htons(0x0800) else 0


@bpf.function
def outer_bits(x: u32) -> u32:
    return x >> 16


@checked_by(loads)
@bpf.program("raw_tp/sched_switch")
def raw_tracepoint_of_several(prev, next) -> None:
    total.value += outer_bits(prev.flags) + next.flags
