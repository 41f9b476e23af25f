"""The README of PyEBPF, on Python 3. Each edit has its reason:

block  edit                                             why
1, 2   print '...' -> print('...')                      Python 3
1, 2   from aiobpf.compat.pyebpf import EBPFWrapper     the README imports it further below only, from pyebpf
1, 2   the endless loops are the test's own waiting     a test ends
3      from pyebpf.ebpf_wrapper -> aiobpf.compat....     the package's name
3      sys_open is served by openat                      no program makes open() any more; PyEBPF has the same alias
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import queue
import socket
import threading
from typing import Any

import aiobpf
import pytest
from aiobpf.compat.pyebpf import EBPFWrapper
from aiobpf.compat.pyebpf.ebpf_wrapper import normalize_event
from aiobpf.compat.pythonbpf import _trace
from tracing import mount_tracefs, open_missing

pytestmark = pytest.mark.kernel

ME = os.getpid()


@pytest.fixture(autouse=True, scope="module")
def _tracefs() -> None:
    mount_tracefs()


def test_block_1_says_hello_for_each_process() -> None:
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    with EBPFWrapper() as b:

        def hello(data: Any, **kwargs: Any) -> None:
            said.put(f"{data.process_id} Hello, World!")

        b.attach_kprobe(event=b.get_syscall_fnname("clone"), fn=hello)
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        while said.get(timeout=30) != f"{ME} Hello, World!":
            pass


def test_block_2_shows_the_descriptor_of_a_bind() -> None:
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    with EBPFWrapper() as b, socket.socket() as s:

        def on_bind(data: Any, **kwargs: Any) -> None:
            text = "{comm} {pid} {fd}"
            lines.put(text.format(comm=data.process_name, pid=data.process_id, fd=data.fd, addr=data.umyaddr))

        b.attach_kprobe(event=b.get_syscall_fnname("bind"), fn=on_bind)
        s.bind(("127.0.0.1", 0))
        with open("/proc/self/comm", encoding="utf-8") as file:
            comm = file.read().strip()
        while lines.get(timeout=30) != f"{comm} {ME} {s.fileno()}":
            pass


PROG = r"""
int hello(struct pt_regs* ctx) {
    bpf_trace_printk("Hello from eBPF routine!\\n");
    return 0;
}
""".replace("\\\\", "\\")


def test_block_3_runs_a_native_routine() -> None:
    b = EBPFWrapper(text=PROG)
    b.attach_kprobe(event="sys_open", fn_name="hello")
    try:
        open_missing()
        while (fields := b.trace_fields())[5] != "Hello from eBPF routine!":
            pass
        assert isinstance(fields[1], int)
    finally:
        b.detach_kprobe("sys_open")
        assert _trace._pipe is not None
        _trace._pipe.close()  # a program leaves it open
        _trace._pipe = None


def test_data_has_what_pyebpf_gives() -> None:
    events: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with EBPFWrapper() as b:
        b.attach_kprobe(event="do_sys_open", fn=lambda cpu, data, size: events.put((cpu, data, size)))
        open_missing(b"/\xff" + b"x" * 200)
        while (got := events.get(timeout=30))[1].process_id != ME:
            pass
        cpu, data, size = got
        assert cpu >= 0
        assert size > 0
        assert (data.thread_id, data.user_id, data.group_id) == (threading.get_native_id(), os.getuid(), os.getgid())
        assert data.current_time_ns > 0
        assert data.filename == "/\udcff" + "x" * 124
        assert data.flags == 0
        with pytest.raises(AttributeError):
            data.colour  # noqa: B018


def test_arguments_can_be_left_out() -> None:
    events: queue.SimpleQueue[Any] = queue.SimpleQueue()
    with EBPFWrapper() as b:
        b.attach_kprobe("sys_openat", lambda data, **_: events.put(data), implicitly_add_syscall_args=False)
        open_missing()
        assert not hasattr(events.get(timeout=30), "filename")


def test_what_a_function_raises_is_logged_and_it_is_called_again(caplog: pytest.LogCaptureFixture) -> None:
    calls: queue.SimpleQueue[int] = queue.SimpleQueue()

    def fails(data: Any, **_: Any) -> None:
        calls.put(data.process_id)
        raise ValueError("not today")

    with EBPFWrapper(log_level=logging.ERROR) as b:
        b.attach_kprobe("openat", fails)
        for _ in range(2):
            open_missing()
            while calls.get(timeout=30) != ME:
                pass
    assert "not today" in caplog.text
    caplog.clear()  # what it keeps of the error keeps the event's frames


def test_detached_functions_are_not_called_any_more(caplog: pytest.LogCaptureFixture) -> None:
    calls = []
    b = EBPFWrapper(log_level=logging.WARNING)
    b.attach_kprobe("openat", lambda **_: calls.append(1))
    with pytest.raises(ValueError, match="attached already"):
        b.attach_kprobe("__x64_sys_openat", print)
    b.detach_kprobe("sys_openat")
    before = len(calls)
    open_missing()
    assert len(calls) == before
    b.detach_kprobe("sys_openat")
    assert "not attached" in caplog.text
    b.close()


@pytest.mark.parametrize(
    ("event", "name"),
    [("sys_open", "openat"), ("__x64_sys_clone", "clone"), (b"__arm64_sys_bind", "bind"), ("do_sys_open", "openat")],
)
def test_events_are_the_calls_of_their_functions(event: str | bytes, name: str) -> None:
    assert normalize_event(event) == name


def test_what_is_wrong_is_said() -> None:
    b = EBPFWrapper()
    with pytest.raises(aiobpf.BpfNotFoundError, match="sys_enter_bind"):
        b.attach_kprobe("sys_bindd", print)
    with pytest.raises(aiobpf.BpfError, match="fn="):
        b.attach_kprobe("sys_bind")
    with pytest.raises(TypeError, match="function"):
        b.attach_kprobe("sys_bind", 3)  # type: ignore[arg-type]
    with contextlib.redirect_stderr(io.StringIO()), pytest.raises(aiobpf.CompileError):
        EBPFWrapper(text="int hello(").attach_kprobe("sys_bind", fn_name="hello")
