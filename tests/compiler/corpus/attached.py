"""Programs at real places: tracepoints of all kinds, iterators, timers, storages, tail calls."""

import asyncio
import os
import pathlib
import socket
import struct
import subprocess
from typing import Any

import aiobpf
from aiobpf import bpf
from aiobpf.bpf import char, helpers, i32, i64, ptr, u8, u32, u64
from aiobpf.bpf.kernel import BPF_F_USER_STACK, linux_binprm, task_struct, trace_event_raw_sys_enter
from kernel_run import packet_run
from support import Args, checked_by, run

CLOCK_MONOTONIC = 1


@bpf.struct
class Exec:
    pid: u32
    parent: u32
    comm: char[16]
    filename: char[64]


@bpf.struct
class Alarm:
    timer: bpf.timer
    rang: u64


events = bpf.RingBuf(1 << 16)
calls = bpf.HashMap(u32, u64, 1024)
storage = bpf.TaskStorage(u64)
alarms = bpf.Array(Alarm, 1)
stacks = bpf.StackTrace(128)
total = bpf.Global(u64)


def variable(obj: aiobpf.BpfObject) -> int:
    """`total`, which is alone in .bss."""
    (bss,) = (m for m in obj.maps if m.name.endswith(".bss"))
    ((_, value),) = bss.items()
    assert isinstance(value, bytes)
    return int.from_bytes(value, "little")


def next_event(obj: aiobpf.BpfObject, cause: Any, wanted: Any) -> Any:
    """The first event that is wanted, after its cause."""

    async def take() -> Any:
        async with aiobpf.BpfRingBuffer(obj.maps["events"], Exec) as rb, asyncio.timeout(20):
            cause()
            async for event in rb:
                if wanted(event):
                    return event

    return asyncio.run(take())


def executes(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    program.attach()
    started: list[int] = []

    def cause() -> None:
        child = subprocess.Popen(["/bin/true"])
        started.append(child.pid)
        child.wait()

    event = next_event(obj, cause, lambda event: event.pid == started[0])
    assert (event.parent, event.comm, event.filename) == (os.getpid(), b"true", b"/bin/true")


@checked_by(executes)
@bpf.program("tp_btf/sched_process_exec")
def btf_tracepoint(p, bprm) -> None:
    events.submit(Exec(pid=p.tgid, parent=p.real_parent.tgid, comm=bpf.comm(), filename=bpf.kernel_str(bprm.filename)))


@checked_by(executes)
@bpf.program("raw_tp/sched_process_exec")
def raw_tracepoint(p: task_struct, bprm: linux_binprm) -> None:
    event = events.reserve(Exec)
    if event is None:
        return
    event.pid = p.tgid
    event.parent = p.real_parent.tgid
    event.comm = bpf.comm()
    event.filename = bpf.kernel_str(bprm.filename)
    events.submit(event)


@checked_by(executes)
@bpf.program("tracepoint/sched/sched_process_exec")
def tracepoint_arguments_by_name(filename, pid) -> None:
    parent = bpf.current_task().real_parent.tgid
    events.submit(Exec(pid=pid, parent=parent, comm=bpf.comm(), filename=bpf.kernel_str(filename)))


def opens(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    program.attach()

    def cause() -> None:
        with open("/etc/hostname", "rb"):
            pass

    event = next_event(obj, cause, lambda e: e.pid == os.getpid() and e.filename == b"/etc/hostname")
    assert event.parent == os.O_CLOEXEC & 0xFFFFFFFF


@checked_by(opens)
@bpf.program("tracepoint/syscalls/sys_enter_openat")
def syscall_arguments_by_name(filename, flags) -> None:
    events.submit(Exec(pid=bpf.pid(), parent=flags, comm=bpf.comm(), filename=bpf.user_str(filename)))


@checked_by(opens)
@bpf.program("tracepoint/syscalls/sys_enter_openat")
def syscall_by_its_record(ctx: trace_event_raw_sys_enter) -> None:
    events.submit(Exec(pid=bpf.pid(), parent=ctx.args[2], filename=bpf.user_str(ctx.args[1])))


def counts_calls(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    link = program.attach()
    for _ in range(5):
        os.getppid()
    link.detach()
    value = obj.maps["calls"][struct.pack("<I", os.getpid())]
    assert isinstance(value, bytes) and int.from_bytes(value, "little") == 5


@checked_by(counts_calls)
@bpf.program("tracepoint/syscalls/sys_enter_getppid")
def without_arguments() -> None:
    calls[bpf.pid()] += 1


def reads_tasks(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    # Reading an iterator needs BPF_ITER_CREATE; that it is loaded shows that its accesses are right.
    assert program.section == "iter/task"


@checked_by(reads_tasks)
@bpf.program("iter/task")
def iterator(ctx) -> None:
    task = ctx.task
    if task is None:
        return
    total.value += task.tgid


def timer_rings(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    packet_run(program, bytes(64))
    end = os.times().elapsed + 20
    while not variable(obj):
        assert os.times().elapsed < end


@bpf.function
def ring(table: ptr[bpf.void], key: ptr[u32], alarm: Alarm) -> i64:
    alarm.rang += 1
    total.value += 1
    return 0


@checked_by(timer_rings)
@bpf.program("tc")
def timer() -> None:
    alarm = alarms.lookup(0)
    if alarm is None:
        return
    helpers.timer_init(alarm.timer, alarms, CLOCK_MONOTONIC)
    helpers.timer_set_callback(alarm.timer, ring)
    helpers.timer_start(alarm.timer, 1000, 0)


def task_is_remembered(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    with program.attach():
        for _ in range(3):
            os.getppid()
    assert variable(obj) >= 3


@checked_by(task_is_remembered)
@bpf.program("tp_btf/sys_enter")
def task_storage(regs, id: i64) -> None:
    if id != 110 and id != 173:  # getppid, of x86-64 and of arm64
        return
    task = bpf.current_task()
    value = storage.create(task)
    if value is None:
        return
    value.value += 1
    again = storage.get(task)
    if again is not None:
        total.value = again.value


def stack_is_kept(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    with program.attach():
        os.getppid()
    assert variable(obj) == 1


@checked_by(stack_is_kept)
@bpf.program("tracepoint/syscalls/sys_enter_getppid")
def stack_trace(ctx) -> None:
    number = stacks.get_id(BPF_F_USER_STACK)
    if number >= 0:
        total.value = 1


@bpf.program("xdp")
def second(ctx) -> i32:
    return 22


@bpf.program("xdp")
def third(ctx) -> i32:
    return 33


jumps = bpf.ProgArray(4, {1: second, 2: third})


def jumps_to(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    for first, returned in ((1, 22), (2, 33), (0, 11), (9, 11)):
        assert packet_run(program, bytes([first]) + bytes(63))[0] == returned


@checked_by(jumps_to)
@bpf.program("xdp")
def tail_call(ctx) -> i32:
    index = bpf.packet(ctx, u8)
    if index is not None:
        jumps.call(index.value)
    return 11


def traces(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    run(program, -5, 255, 1 << 40, text=b"word")
    trace = pathlib.Path("/sys/kernel/tracing/trace").read_text()
    for line in (
        "bpf_trace_printk: plain 100% {}",
        "bpf_trace_printk: a=-5 b=000000ff c=1099511627776",
        "bpf_trace_printk: word|  255|ff|FF|65 A and -5",
    ):
        assert line in trace, trace[-2000:]


@checked_by(traces)
@bpf.program("syscall")
def printing(args: Args) -> None:
    print("plain 100% {}")
    print(f"a={args.a} b={args.b:08x} c={args.c}")
    text: char[32] = args.text
    print(f"{text}|{args.b:5d}|{args.b:x}|{args.b:X}|{65:d} {65:c} and", args.a)


perf = bpf.PerfEventArray()


def perf_is_written(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    with program.attach():
        os.getppid()
    assert variable(obj) in (1, 2)  # no buffer is open on any CPU: -ENOENT is what the helper says


@checked_by(perf_is_written)
@bpf.program("tracepoint/syscalls/sys_enter_getppid")
def perf_buffer(ctx) -> None:
    failed = perf.output(Exec(pid=bpf.pid()))
    total.value = 2 if failed == -2 else 1


@bpf.struct
class Connection:
    family: u32
    port: u32
    address: u32
    state: u32


connections = bpf.RingBuf(1 << 16)


def connects(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    program.attach()

    async def take() -> Any:
        async with aiobpf.BpfRingBuffer(obj.maps["connections"], Connection) as rb, asyncio.timeout(20):
            with socket.create_server(("127.0.0.1", 0)) as server:
                port = server.getsockname()[1]
                socket.create_connection(("127.0.0.1", port)).close()
            async for event in rb:
                if event.port == port:
                    return event

    event = asyncio.run(take())
    assert (event.family, socket.inet_ntoa(event.address.to_bytes(4, "little"))) == (socket.AF_INET, "127.0.0.1")


@checked_by(connects)
@bpf.program("tp_btf/inet_sock_set_state")
def members_of_anonymous_unions(sk, newstate) -> None:
    common = sk.__sk_common
    port = bpf.ntohs(common.skc_dport)
    connections.submit(Connection(family=common.skc_family, port=port, address=common.skc_daddr, state=newstate))


@checked_by(connects)
@bpf.program("raw_tp/inet_sock_set_state")
def members_of_anonymous_unions_by_helpers(sk, newstate) -> None:
    common = sk.__sk_common
    port = bpf.ntohs(common.skc_dport)
    connections.submit(Connection(family=common.skc_family, port=port, address=common.skc_daddr, state=newstate))
