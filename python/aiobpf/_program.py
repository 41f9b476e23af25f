"""Programs of a loaded object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiobpf import _aiobpf
from aiobpf._attach_probes import AttachingProbes
from aiobpf._link import BpfLink
from aiobpf._map import closed


class BpfProgram(AttachingProbes):
    """A program of a loaded object.

    obj.program("on_exec").attach()
    """

    def __init__(self, raw: _aiobpf.Program, keep: Callable[[BpfLink], BpfLink]) -> None:
        self._raw = raw
        self._keep = keep
        self._name = raw.name
        self._section = raw.section

    @property
    def name(self) -> str:
        return self._name

    @property
    def section(self) -> str:
        """As in "raw_tp/sys_enter"."""
        return self._section

    @property
    def type_name(self) -> str:
        """As libbpf names it: "tracing", "tracepoint", "syscall", ..."""
        return self._raw.type_name

    @property
    def fd(self) -> int:
        """The program's descriptor; the program's own, do not close it."""
        return self._raw.fd

    def _close(self) -> None:
        self._raw = closed(f"program {self._name}")

    def run(self, context: Any = None) -> int:
        """Runs a SEC("syscall") program once and returns what it returned (unsigned, 32 bits).

        context: what the program gets as its argument: bytes, or a writable buffer (bytearray,
        ctypes.Structure), which then holds what the program wrote. Kernel 5.14.
        Raises BpfSyscallError.
        """
        if isinstance(context, bytes):
            context = bytearray(context)
        return self._raw.run(context)

    def __repr__(self) -> str:
        return f"<aiobpf.BpfProgram {self.name!r} ({self.section})>"
