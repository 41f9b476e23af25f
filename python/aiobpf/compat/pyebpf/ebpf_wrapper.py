"""The class that programs of PyEBPF make."""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiobpf._errors import BpfError
from aiobpf.compat.pyebpf._callback import Callback
from aiobpf.compat.pyebpf._native import NativeProgram
from aiobpf.compat.pythonbpf import _trace

log = logging.getLogger("aiobpf.compat.pyebpf")

_PREFIXES = ("__x64_sys_", "__arm64_sys_", "__ia32_sys_", "__se_sys_", "__do_sys_", "do_sys_", "SyS_", "sys_")
#: System calls that programs do not make any more, and what they make instead.
_ALIASES = {"open": "openat"}


def normalize_event(event: str | bytes) -> str:
    """The name of a system call, out of that of its function in the kernel: "clone" of "__x64_sys_clone"."""
    name = event.decode() if isinstance(event, bytes) else event
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return _ALIASES.get(name, name)


class EBPFWrapper:
    """Probes of system calls, each with a Python function or a function of native C.

        b = EBPFWrapper()
        b.attach_kprobe(event="sys_bind", fn=on_bind)

    text: C whose functions attach_kprobe(fn_name=...) attaches; compiled by clang when it is attached.
    log_level: of the logger aiobpf.compat.pyebpf.

    Threads are daemons, as in PyEBPF: a program that ends need not detach. close(), and `with`, detach everything.
    """

    def __init__(self, *, text: str | bytes | None = None, log_level: int | str | None = None) -> None:
        self._text = text.decode() if isinstance(text, bytes) else text
        self._attached: dict[str, Callback | NativeProgram] = {}
        if log_level is not None:
            log.setLevel(log_level)

    def attach_kprobe(
        self,
        event: str | bytes,
        fn: Callable[..., Any] | None = None,
        implicitly_add_syscall_args: bool = True,
        *,
        fn_name: str | bytes | None = None,
    ) -> None:
        """Calls fn(cpu=, data=, size=) in a thread, each time that a process makes a system call; or attaches the C
        function fn_name of the text.

            b.attach_kprobe(event=b.get_syscall_fnname("bind"), fn=on_bind)

        data: current_time_ns, process_id, thread_id, group_id, user_id, process_name, and the call's arguments by
            name (not with implicitly_add_syscall_args=False); texts are str, up to 126 characters.

        What fn raises is logged. Raises BpfNotFoundError (no such call: the nearest are named), BpfPermissionError,
        BpfUnsupportedError, CompileError, ValueError (attached already).
        """
        name = normalize_event(event)
        if name in self._attached:
            raise ValueError(f"{name} is attached already: detach_kprobe() it first")
        if fn is not None:
            if not callable(fn):
                raise TypeError(f"fn is a function, not {type(fn).__name__}")
            self._attached[name] = Callback(name, fn, implicitly_add_syscall_args)
            return
        if self._text is None or fn_name is None:
            raise BpfError("pass fn=, a Python function; or make an EBPFWrapper(text=...) and pass fn_name=")
        function = fn_name.decode() if isinstance(fn_name, bytes) else fn_name
        self._attached[name] = NativeProgram(self._text, function, name)

    def detach_kprobe(self, event: str | bytes) -> None:
        """Detaches, and waits until no call of fn runs any more. What is not attached is only logged."""
        attached = self._attached.pop(normalize_event(event), None)
        if attached is None:
            log.warning("detach_kprobe: %r is not attached", event)
            return
        attached.close()

    @staticmethod
    def get_syscall_fnname(name: str | bytes) -> str:
        """The kernel's function of a system call: "__x64_sys_clone"."""
        prefix = {"x86_64": "__x64_sys_", "aarch64": "__arm64_sys_"}.get(platform.machine(), "sys_")
        return prefix + (name.decode() if isinstance(name, bytes) else name)

    @staticmethod
    def trace_fields() -> tuple[str, int, int, str, float, str]:
        """The next line that programs print by bpf_trace_printk: task, pid, cpu, flags, time, message. Waits for it."""
        return _trace.trace_fields()

    @staticmethod
    def trace_print() -> None:
        """Prints what programs print, until it is interrupted."""
        _trace.trace_pipe()

    def close(self) -> None:
        """Detaches everything. Idempotent."""
        for name in list(self._attached):
            self.detach_kprobe(name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
