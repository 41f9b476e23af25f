"""From Python to an object: all stages, in order."""

from __future__ import annotations

import pathlib
import sys
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

from aiobpf.bpf._declarations import Global, ProgramMark
from aiobpf.bpf._maps import Map
from aiobpf.compiler import cache, clang
from aiobpf.compiler.btf import running_kernel
from aiobpf.compiler.check import check_unit
from aiobpf.compiler.emit_c import emit
from aiobpf.compiler.errors import CompileError
from aiobpf.compiler.kernel import Kernel
from aiobpf.compiler.unit import Unit, mark_of, namespace

_VERSION = "1"  # of what is kept in the cache
_DEFAULT_LICENSE = "GPL"

Programs = ModuleType | str | Callable[..., Any]


def collect(given: Iterable[Programs]) -> tuple[list[Callable[..., Any]], dict[str, Any]]:
    """The programs that are meant, and the names of the modules among them. A module: its object, or its name."""
    programs: list[Callable[..., Any]] = []
    names: dict[str, Any] = {}
    for one in given:
        module = sys.modules.get(one) if isinstance(one, str) else one
        if isinstance(module, ModuleType):
            names |= vars(module)
            programs += [v for v in vars(module).values() if isinstance(mark_of(v), ProgramMark)]
        elif isinstance(mark_of(one), ProgramMark):
            assert callable(one)
            programs.append(one)
        else:
            raise TypeError(f"{one!r} is not a program (@bpf.program), nor a module with programs")
    unique = list(dict.fromkeys(programs))
    if not unique:
        raise CompileError("there is no program", hint='decorate a function: @bpf.program("tracepoint/...")')
    return unique, names


def to_c(*given: Programs, license: str | None = None) -> str:
    """The C of programs. Raises CompileError."""
    programs, names = collect(given)
    unit = Unit(Kernel(running_kernel))
    unit.see_names(names)
    for program in programs:
        unit.see_names(namespace(program))
    for name, value in names.items():  # what no program uses is in the object as well
        if isinstance(value, Map):
            unit.map(value, name)
        elif isinstance(value, Global):
            unit.global_(value, name)
    check_unit(unit, programs)
    own = names.get("LICENSE") or programs[0].__globals__.get("LICENSE")
    return emit(unit, license or (own if isinstance(own, str) else _DEFAULT_LICENSE))


def _name(given: Iterable[Programs]) -> str:
    """What the object is called, and its internal maps after it: as the module, or the first program."""
    first = next(iter(given))
    name = first if isinstance(first, str) else getattr(first, "__name__", "program")
    return name.rpartition(".")[2]


def to_object(*given: Programs, license: str | None = None, compiler: str | None = None) -> pathlib.Path:
    """The object's file, in the cache. Compiled once for the same C and the same clang. Raises CompileError."""
    source = to_c(*given, license=license)
    key = cache.key_of(_VERSION, source, clang.headers(), *clang.command(compiler))
    path = cache.folder() / key / f"{_name(given)}.bpf.o"
    if not path.is_file():
        clang.compile_c(source, path, compiler)
    return path
