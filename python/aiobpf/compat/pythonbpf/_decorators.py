"""Its decorators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from aiobpf.bpf import _declarations, _maps, _structs
from aiobpf.bpf._types import char
from aiobpf.compiler.scope import Dialect

_T = TypeVar("_T")

PYTHONBPF = Dialect(references_are_values=True, divides=True)


def bpf(given: _T) -> _T:
    """Marks what belongs to the BPF side; what it is, another decorator says."""
    if isinstance(_mark(given), _declarations.ProgramMark):
        given.__bpf_dialect__ = PYTHONBPF  # type: ignore[attr-defined]
        given.__bpf_divides__ = True  # type: ignore[attr-defined]
    return given


def _mark(given: object) -> object:
    return getattr(given, "__bpf__", None) if callable(given) else None


def section(name: str) -> Callable[[_T], _T]:
    """Where a program is attached: any section that libbpf knows."""
    return _declarations.program(name)  # type: ignore[return-value]


def map(definition: Callable[[], Any]) -> Any:
    """A function that returns a map becomes that map, called as the function is."""
    made = definition()
    if not isinstance(made, _maps.Map):
        raise TypeError(f"{definition.__name__}() returns {made!r}, which is not a map")
    made.name = definition.__name__
    made.__name__ = definition.__name__  # type: ignore[attr-defined]  # BpfMap(b, hist) takes it
    return made


def struct(cls: Any) -> Any:
    """A struct. `name: str(16)` is a char array."""
    cls.__annotations__ = {name: _member(given) for name, given in cls.__annotations__.items()}
    return _structs.struct(cls)


def _member(given: Any) -> Any:
    # str(16), in an annotation, is the string "16"; where annotations are strings themselves it is "str(16)".
    if isinstance(given, str):
        text = given.removeprefix("str(").removesuffix(")")
        if text.isdigit():
            return char[int(text)]
    return given


def bpfglobal(definition: Callable[[], Any]) -> Any:
    """A function that returns a ctypes integer becomes a global; one that returns a string, that string."""
    value = definition()
    if isinstance(value, str | bytes):
        return value
    returns = definition.__annotations__.get("return", type(value))
    kind = type(value) if isinstance(returns, str) else returns
    return _declarations.Global(kind, getattr(value, "value", value), name=definition.__name__)
