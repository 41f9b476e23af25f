"""Programs of a loaded object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiobpf import _aiobpf, _arguments
from aiobpf._attach_network import AttachingNetwork
from aiobpf._attach_probes import AttachingProbes
from aiobpf._closed import closed
from aiobpf._link import BpfLink
from aiobpf._pin import Pinned
from aiobpf._program_info import ProgramInfo, RunResult
from aiobpf._program_types import BpfProgType


class BpfProgram(AttachingProbes, AttachingNetwork):
    """A program of a loaded object.

    obj.program("on_exec").attach()
    """

    def __init__(self, raw: _aiobpf.Program, keep: Callable[[BpfLink], BpfLink]) -> None:
        self._raw = raw
        self._keep = keep
        self._name = raw.name
        self._section = raw.section
        self._pinned = Pinned(f"program {raw.name}")

    @property
    def name(self) -> str:
        return self._name

    @property
    def section(self) -> str:
        """As in "raw_tp/sys_enter"."""
        return self._section

    @property
    def type(self) -> BpfProgType:
        """Its kind: `program.type.name == "KPROBE"`."""
        return BpfProgType(self._raw.type)

    @property
    def type_name(self) -> str:
        """As libbpf names it: "tracing", "tracepoint", "syscall", ..."""
        return self._raw.type_name

    @property
    def fd(self) -> int:
        """The program's descriptor; the program's own, do not close it."""
        return self._raw.fd

    @property
    def info(self) -> ProgramInfo:
        """What the kernel says of it, read anew each time: `program.info.tag`."""
        return ProgramInfo(name=self.name, section=self.section, type=self.type, **self._raw.info())

    @property
    def pin_path(self) -> str | None:
        """Where pin() put it."""
        return self._pinned.path

    def pin(self, path: _arguments.Path) -> None:
        """Keeps the program loaded after its object and this process, under a path in a BPF file system.

            obj.program("on_exec").pin("/sys/fs/bpf/on_exec")

        A program that is attached is kept by its link: pin that one.
        Raises BpfError (the path is there; no BPF file system is mounted there), BpfPermissionError.
        """
        self._pinned.pin(self._raw.pin, path)

    def unpin(self, path: _arguments.Path | None = None) -> None:
        """Removes a pin; without a path the one that pin() made. Raises BpfError (there is none).

        program.unpin()
        """
        self._pinned.unpin(self._raw.unpin, path)

    def _close(self) -> None:
        self._raw = closed(f"program {self._name}")

    def run(self, context: Any = None) -> int:
        """Runs a SEC("syscall") or SEC("raw_tp/...") program once and returns what it returned (unsigned, 32 bits).

            obj.program("emit").run(bytes(8))

        context: what the program gets as its argument: bytes, or a writable buffer (bytearray,
        ctypes.Structure), which then holds what the program wrote. Kernel 5.14. Of a raw tracepoint, which runs on the
        CPU that we are on: its arguments, 8 bytes each, which it only reads. Kernel 5.10.
        Raises BpfSyscallError.
        """
        if isinstance(context, bytes):
            context = bytearray(context)
        return self._raw.run(context)

    def test_run(
        self, data: _arguments.Buffer = b"", context: bytearray | memoryview | None = None, repeat: int = 1
    ) -> RunResult:
        """Runs a program of networks with a packet, or another one with a context, without its event.

            result = obj.program("count_packets").test_run(packet, repeat=1000)
            print(result.value, result.nanoseconds)

        data: the packet, from its Ethernet header on: 14 bytes at least.
        context: its argument (struct __sk_buff, xdp_md, ...), which then holds what the program left.
        repeat: how often it runs; `value` and `data` are the last one's.
        Raises BpfSyscallError (this kind takes no data, no context or is not repeated; a kind that runs by its events
        only).
        """
        return RunResult(
            *self._raw.test_run(
                data,
                bytearray() if context is None else context,
                _arguments.integer("repeat", repeat, 1, 2**31 - 1),
            )
        )

    def __repr__(self) -> str:
        return f"<aiobpf.BpfProgram {self.name!r} ({self.section})>"
