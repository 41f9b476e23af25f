"""What the kernel says of programs and links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from aiobpf import _aiobpf
from aiobpf._program_types import BpfProgType


@dataclass(frozen=True)
class ProgramInfo:
    """What the kernel says of a loaded program: `obj.program("on_exec").info.tag`."""

    name: str
    section: str
    type: BpfProgType
    #: the kernel's number, while the program lives
    id: int
    #: 16 hexadecimal digits: the same for the same instructions
    tag: str
    #: nanoseconds after the machine's start
    loaded_at: int
    #: the user's number
    created_by: int
    #: as translated by the verifier
    instructions_bytes: int
    #: 0 where it is interpreted
    machine_code_bytes: int
    #: that the verifier went through; kernel 5.16, else 0
    verified_instructions: int
    #: the numbers of the maps that it uses
    maps: tuple[int, ...]
    #: while `run_statistics()` is on, in any process, else 0
    run_count: int
    #: of these runs together
    run_nanoseconds: int
    #: runs that the kernel skipped; kernel 5.12, else 0
    missed: int


@dataclass(frozen=True)
class LinkInfo:
    """What the kernel says of a link: `link.info.type`."""

    #: the kernel's number, while the link lives
    id: int
    #: as in "raw_tracepoint", "xdp", "cgroup"
    type: str
    #: the number of the attached program, `ProgramInfo.id`
    program: int
    #: where the kernel says: "sys_enter", "interface 2", ...
    target: str


class RunResult(NamedTuple):
    """What `BpfProgram.test_run()` gives."""

    #: what the program returned (unsigned, 32 bits)
    value: int
    #: the packet as the program left it
    data: bytes
    #: in the program, on average; 0 where the kernel does not say
    nanoseconds: int


class run_statistics:
    """The kernel counts the runs of all programs, and their time, within the `with` block. Kernel 5.8.

        with aiobpf.run_statistics():
            ...
            print(obj.program("on_exec").info.run_count)

    It costs each run some 20 ns. Raises BpfPermissionError, BpfError.
    """

    def __init__(self) -> None:
        self._raw: _aiobpf.RunStatistics | None = None

    def __enter__(self) -> run_statistics:
        self._raw = _aiobpf.run_statistics()
        return self

    def __exit__(self, *_: object) -> None:
        self._raw = None
