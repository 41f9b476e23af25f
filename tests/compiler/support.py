"""What the programs of the corpus are declared with.

Each is run on the kernel, and its result compared: with what CPython makes of the same function (compare), with a table
(gives), or by a function that looks at the loaded object (checked_by).
"""

from __future__ import annotations

import ctypes
import importlib
import pathlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiobpf
from aiobpf import bpf
from aiobpf.bpf import char, i64


@bpf.struct
class Args:
    a: i64
    b: i64
    c: i64
    result: i64
    text: char[32]


@dataclass
class Case:
    """A program, and how it is known to be right."""

    function: Any
    inputs: tuple[tuple[Any, ...], ...] = ()
    table: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    check: Callable[[aiobpf.BpfObject, aiobpf.BpfProgram], None] | None = None
    loads: bool = True

    @property
    def name(self) -> str:
        return f"{self.function.__module__}.{self.function.__name__}"


CASES: list[Case] = []


def compare(*inputs: tuple[Any, ...]) -> Callable[[Any], Any]:
    """CPython runs the same function on the same arguments."""

    def register(function: Any) -> Any:
        CASES.append(Case(function, inputs=inputs))
        return function

    return register


def gives(table: dict[tuple[Any, ...], Any]) -> Callable[[Any], Any]:
    """For these arguments, these results (Args.result)."""

    def register(function: Any) -> Any:
        CASES.append(Case(function, table=table))
        return function

    return register


def checked_by(check: Callable[[aiobpf.BpfObject, aiobpf.BpfProgram], None]) -> Callable[[Any], Any]:
    """check(object, program) runs it and asserts."""

    def register(function: Any) -> Any:
        CASES.append(Case(function, check=check))
        return function

    return register


def compiled_only(function: Any) -> Any:
    """Of a kind that not every kernel loads; tests/compiler/slow runs it on one that does."""
    CASES.append(Case(function, loads=False))
    return function


def run(program: aiobpf.BpfProgram, *values: int, text: bytes = b"") -> Args:
    """Runs a program once; its arguments afterwards."""
    arguments = Args(**dict(zip("abc", values, strict=False)), text=text)
    program.run(arguments)
    return arguments


def expected(function: Any, *values: int) -> tuple[Args, int]:
    """What CPython makes of it: the arguments afterwards, and what was returned."""
    arguments = Args(**dict(zip("abc", values, strict=False)))
    returned = function(arguments)
    return arguments, ctypes.c_uint32(returned or 0).value


def load_corpus() -> list[Case]:
    """All cases of all files of the corpus."""
    for path in sorted(pathlib.Path(__file__).with_name("corpus").glob("*.py")):
        importlib.import_module(path.stem)
    return CASES


def check_on_kernel(case: Case, obj: aiobpf.BpfObject) -> None:
    """Runs a case's program; asserts that it did what it should."""
    assert case.check or case.inputs or case.table, "nothing says what it should do"
    program = obj.program(case.function.__name__)
    if case.check is not None:
        case.check(obj, program)
    for values in case.inputs:
        wanted, returned = expected(case.function, *values)
        got = Args(**dict(zip("abc", values, strict=False)))
        assert (program.run(got), got) == (returned, wanted), values
    for values, result in case.table.items():
        assert run(program, *values).result == result, values
