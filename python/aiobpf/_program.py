"""Programs of a loaded object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiobpf import _aiobpf, _arguments
from aiobpf._link import BpfLink
from aiobpf._map import closed


class BpfProgram:
    """A program of a loaded object."""

    def __init__(self, raw: _aiobpf.Program, keep: Callable[[BpfLink], BpfLink]) -> None:
        self._raw = raw
        self._keep = keep  # the object's: it keeps the links of its programs
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

    def attach(self) -> BpfLink:
        """Attaches where the program's section says.

        Raises BpfAttachError (no such place), BpfUnsupportedError (the section names no place),
        BpfPermissionError.
        """
        return self._keep(BpfLink(self._raw.attach(), self.section))

    def attach_tracepoint(self, category: str, name: str) -> BpfLink:
        """Attaches a SEC("tracepoint/...") program to a tracepoint, as under events/ in tracefs.

            obj.program("on_exec").attach_tracepoint("sched", "sched_process_exec")

        Raises BpfAttachError, BpfPermissionError.
        """
        raw = self._raw.attach_tracepoint(_arguments.text("category", category), _arguments.text("name", name))
        return self._keep(BpfLink(raw, f"tracepoint/{category}/{name}"))

    def run(self, context: Any = None) -> int:
        """Runs a SEC("syscall") or SEC("raw_tp/...") program once and returns what it returned (unsigned, 32 bits).

        context: what the program gets as its argument: bytes, or a writable buffer (bytearray,
        ctypes.Structure), which then holds what the program wrote. Kernel 5.14. Of a raw tracepoint, which runs on the
        CPU that we are on: its arguments, 8 bytes each, which it only reads. Kernel 5.10.
        Raises BpfSyscallError.
        """
        if isinstance(context, bytes):
            context = bytearray(context)
        return self._raw.run(context)

    def __repr__(self) -> str:
        return f"<aiobpf.BpfProgram {self.name!r} ({self.section})>"
