"""Programs, functions and globals: the declarations that are not types or maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class ProgramMark:
    """What @program leaves on a function."""

    section: str


@dataclass(frozen=True)
class FunctionMark:
    """What @function leaves on a function."""

    inline: bool


def program(section: str) -> Callable[[_F], _F]:
    """Makes a function a program, attached where its section says: any that libbpf knows.

        @bpf.program("tp_btf/sched_process_exec")
        def on_exec(task: task_struct) -> None: ...

    Its parameters are those of the place, by name. The function stays a Python function.
    """
    if not isinstance(section, str):
        raise TypeError('say where: @bpf.program("tracepoint/sched/sched_process_exec")')

    def mark(function: _F) -> _F:
        function.__bpf__ = ProgramMark(section)  # type: ignore[attr-defined]
        return function

    return mark


def function(definition: Callable[..., Any] | None = None, *, inline: bool = False) -> Any:
    """Makes a function one that programs may call: a BPF subprogram, or a part of its callers with inline=True.

    @bpf.function
    def log2(value: u64) -> u32: ...
    """

    def mark(function: _F) -> _F:
        function.__bpf__ = FunctionMark(inline)  # type: ignore[attr-defined]
        return function

    return mark if definition is None else mark(definition)


class Global:
    """A variable that all programs of an object share: `total.value` in a program.

        total = bpf.Global(u64)
        limit = bpf.Global(u32, 100)

    It is in .bss, or in .data where it has an initial value; members of a struct and elements of an array are named
    directly: `stats.packets`, `table[i]`.
    """

    def __init__(self, type: Any, value: Any = None, *, name: str | None = None) -> None:
        self.type = type
        self.initial = value
        self.name = name

    value: Any

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"{name}: a global has a value in the kernel only; read it through the loaded object")

    def __getitem__(self, index: Any) -> Any:
        raise TypeError("a global has a value in the kernel only; read it through the loaded object")

    def __setitem__(self, index: Any, value: Any) -> None:
        self[index]


class Const(Global):
    """A constant that user space may set before it loads the object (set_rodata), and the verifier knows.

    min_uid = bpf.Const(u32, 1000)
    """

    def __init__(self, type: Any, value: Any = 0, *, name: str | None = None) -> None:
        super().__init__(type, value, name=name)


@dataclass(frozen=True)
class PointerTo:
    """ptr[T], before T is known."""

    target: Any


@dataclass(frozen=True)
class Bits:
    """bits[T, n], a member of n bits."""

    type: Any
    count: int


class _Ptr:
    """ptr[T]: a pointer to T."""

    def __getitem__(self, target: Any) -> PointerTo:
        return PointerTo(target)


class _Bits:
    """bits[T, n]: a bitfield of n bits of the integer type T."""

    def __getitem__(self, given: tuple[Any, int]) -> Bits:
        if not isinstance(given, tuple) or len(given) != 2:
            raise TypeError("a bitfield is bits[u32, 3]: its integer type, and how many bits")
        return Bits(*given)


ptr: Any = _Ptr()
bits: Any = _Bits()
