"""Every event that a child makes is recorded by a probe and printed by tracefs: both say the same, field by field."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import ctypes
import os
import pathlib
import re
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import aiobpf
import pytest
from tracing import libc, mount_tracefs

# The kernel takes some 60 ms to detach each of 700 programs.
pytestmark = pytest.mark.timeout(500)

INSTANCE = pathlib.Path("/sys/kernel/tracing/instances/aiobpf_test")
NUMBERS = pathlib.Path("/usr/include", f"{os.uname().machine}-linux-gnu", "asm/unistd_64.h")

# System calls that end, stop or block the child, or change more than itself.
LEFT_OUT = set(
    """exit exit_group pause rt_sigsuspend rt_sigreturn execve execveat fork vfork clone clone3 ptrace reboot kexec_load
    kexec_file_load init_module finit_module delete_module swapon swapoff mount umount2 umount pivot_root sethostname
    setdomainname settimeofday clock_settime adjtimex clock_adjtime kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo
    pidfd_send_signal vhangup iopl ioperm sync syncfs unshare setns mount_setattr move_mount open_tree fsconfig fsmount
    fsopen fspick seccomp wait4 waitid futex futex_waitv nanosleep clock_nanosleep select pselect6 poll ppoll epoll_wait
    epoll_pwait epoll_pwait2 io_getevents io_pgetevents rt_sigtimedwait read accept accept4 recvfrom recvmsg recvmmsg
    msgrcv semop semtimedop mq_timedreceive munmap mremap mprotect brk chroot quotactl acct syslog modify_ldt arch_prctl
    prctl set_tid_address set_robust_list rseq setsid setpgid close close_range munlockall mlockall personality shmget
    msgget semget io_uring_setup userfaultfd""".split()
)

LINE = re.compile(r"^\s*\S.*?-(\d+)\s+\[\d+\] \S+\s+[\d.]+: (.*)$")
NEAR = 8  # events
TAKEN = {"time_ns", "pid", "tid", "uid", "gid", "cgroup", "comm", "cpu", "event", "truncated", "unreadable"}


@pytest.fixture(autouse=True, scope="module")
def _tracefs() -> None:
    if missing := aiobpf.missing_requirements():
        refuse = pytest.fail if os.environ.get("AIOBPF_REQUIRE_KERNEL") == "1" else pytest.skip
        refuse("; ".join(missing))
    mount_tracefs()


class Child:
    """A process that waits until it is told to act, and ends."""

    def __init__(self, act: Callable[[], None]) -> None:
        ready, self._go = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            status = 1
            try:
                os.read(ready, 1)
                act()
                status = 0
            finally:
                os._exit(status)
        os.close(ready)

    def run(self) -> None:
        os.write(self._go, b"x")
        os.close(self._go)
        assert os.waitpid(self.pid, 0)[1] == 0


@contextlib.contextmanager
def printing(events: tuple[str, ...], pid: int) -> Iterator[pathlib.Path]:
    """A tracefs instance that prints these events of a process."""
    INSTANCE.mkdir(exist_ok=True)
    try:
        (INSTANCE / "buffer_size_kb").write_text("4096")
        (INSTANCE / "set_event_pid").write_text(str(pid))
        for event in events:
            (INSTANCE / "events" / event.replace(":", "/") / "enable").write_text("1")
        yield INSTANCE / "trace"
    finally:
        (INSTANCE / "events/enable").write_text("0")
        INSTANCE.rmdir()


class Recorded:
    """What probes recorded of a child's act, by event and in order, and what tracefs printed of it."""

    def __init__(self, patterns: list[str], act: Callable[[], None], ring_bytes: int) -> None:
        self.events: dict[str, collections.deque[Any]] = collections.defaultdict(collections.deque)
        self.lines: list[str] = []
        self.bits: dict[str, dict[str, int]] = {}
        self.texts: dict[str, set[str]] = {}
        asyncio.run(self._record(patterns, Child(act), ring_bytes))

    def next(self, event: str, line: str) -> Any:
        """What was recorded of the event that a line shows."""
        assert self.events[event], f"not recorded: {line}"
        return self.events[event].popleft()

    def compare(self, event: str, line: str, fields: list[tuple[str, str]]) -> int:
        """Takes the recorded event that a line shows; returns how many fields were compared. An interrupt that comes
        between a tracepoint's two recorders puts its own event before or after: the next few are tried."""
        waiting = self.events[event]
        assert waiting, f"not recorded: {line}"
        for one in list(waiting)[:NEAR]:
            with contextlib.suppress(AssertionError):
                compared = sum(self.same(one, name, shown) for name, shown in fields)
                waiting.remove(one)
                return compared
        return sum(self.same(waiting[0], name, shown) for name, shown in fields)  # which says what differs

    async def _record(self, patterns: list[str], child: Child, ring_bytes: int) -> None:
        async with aiobpf.trace(*patterns, pid=child.pid, ring_bytes=ring_bytes) as trace:
            for probe in trace._probes:
                self.bits[probe.event] = {name: 8 * its.size for name, _, _, its in probe.type.fields}
                self.texts[probe.event] = {name for name, _, _, its in probe.type.fields if "char[" in str(its)[:5]}
            with printing(trace.events, child.pid) as printed:
                child.run()
                for line in printed.read_text(errors="surrogateescape").splitlines():
                    if (match := LINE.match(line)) and int(match[1]) == child.pid:
                        self.lines.append(match[2])
            wanted = trace.verify()
            assert (wanted.seen, wanted.missed) == (wanted.submitted, 0)  # nothing was lost
            for _ in range(wanted.submitted):
                event = await trace.get()
                self.events[event.event].append(event)

    def same(self, event: Any, name: str, shown: str) -> bool:
        """Compares a field with what was printed of it; False where that is no number, and no text."""
        field = f"arg_{name}" if name in TAKEN else name
        value = getattr(event, field, None)
        if isinstance(value, bytes):
            if shown.startswith("0x") or field not in self.texts[event.event]:
                return False  # where the text is; bytes, which are printed as what they mean
            assert os.fsdecode(value) == shown, (event, name)
            return True
        if isinstance(value, bool) or not isinstance(value, int):
            return False
        if not re.fullmatch(r"-?\d+|(0x)?[0-9a-f]+", shown):
            return False  # names of flags
        if re.fullmatch("0{8}[0-9a-f]{8}", shown):
            return False  # an address, which is printed as a hash of it
        bases = (16,) if re.search("[a-fx]", shown) else (10, 16)  # "%lx" does not say which
        bits = self.bits[event.event][field]
        assert any((value ^ int(shown, base)) & ((1 << bits) - 1) == 0 for base in bases), (event, name, shown)
        return True


def call_everything() -> None:
    """Each system call by its number: most refuse these arguments, and none is where memory is."""
    for name, number in re.findall(r"#define __NR_(\w+) (\d+)", NUMBERS.read_text()):
        if name not in LEFT_OUT:
            libc.syscall(int(number), *(ctypes.c_long(value) for value in (-1, 0x11, 0x1234, 0x12, 0x13, 0x14)))


def test_every_system_call_is_recorded_as_it_is_printed() -> None:
    recorded = Recorded(["syscalls:sys_enter_*", "syscalls:sys_exit_*"], call_everything, 64 * 1024)
    calls = set()
    numbers = 0
    for line in recorded.lines:
        if entry := re.match(r"sys_(\w+)\((.*)\)", line):
            event = recorded.next(f"syscalls:sys_enter_{entry[1]}", line)
            calls.add(entry[1])
            for name, shown in re.findall(r"(\w+): (?:0x)?([0-9a-f]+)", entry[2]):
                numbers += recorded.same(event, name, f"0x{shown}")
        elif left := re.match(r"sys_(\w+) -> (0x[0-9a-f]+)", line):
            assert recorded.same(recorded.next(f"syscalls:sys_exit_{left[1]}", line), "ret", left[2])
            numbers += 1
    assert len(calls) > 200, sorted(calls)
    assert numbers > 800, numbers
    assert [event for event, rest in recorded.events.items() if rest] == []  # none more than was printed


def do_much() -> None:
    """Processes, signals, threads' names, memory, sockets, files."""
    subprocess.run(["/bin/true", "a b"], check=True)
    signal.signal(signal.SIGUSR1, lambda *_: None)
    os.kill(os.getpid(), signal.SIGUSR1)
    pathlib.Path("/proc/self/comm").write_text("a new name")
    os.sched_yield()
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        accepted = server.accept()[0]
        client.sendall(b"x" * 100)
        accepted.recv(100)
        accepted.close()
    pathlib.Path("/tmp/aiobpf_test_file").write_bytes(b"x" * 10_000)
    os.unlink("/tmp/aiobpf_test_file")
    bytearray(10_000_000)


SUBSYSTEMS = {
    "sched": ["sched:sched_process_*", "sched:sched_switch"],
    "task": ["task:*"],
    "signal": ["signal:*"],
    "sock": ["sock:*"],
    "net": ["net:*"],
    "tcp": ["tcp:*"],
    "timer": ["timer:hrtimer_*", "timer:timer_*"],
}


@pytest.mark.parametrize("subsystem", SUBSYSTEMS)
def test_events_of_a_subsystem_are_recorded_as_they_are_printed(subsystem: str) -> None:
    recorded = Recorded(SUBSYSTEMS[subsystem], do_much, 4 << 20)
    compared = 0
    names = {event.split(":")[1]: event for event in recorded.bits}
    for line in recorded.lines:
        name, _, rest = line.partition(": ")
        fields = re.findall(r"(\w+)=(.*?)(?=,? \w+=| ==> |$)", rest)
        compared += recorded.compare(names[name], line, fields)
    assert compared > 3, (compared, recorded.lines[:20])
    assert {event for event, rest in recorded.events.items() if rest} == set()
