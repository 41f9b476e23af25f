"""Structs and unions: C's layout, as ctypes has it, so that events, keys and values are instances of their class."""

from __future__ import annotations

import ctypes
import enum
import inspect
from typing import Any, TypeVar, cast, dataclass_transform

from aiobpf.bpf import _types as t
from aiobpf.bpf._declarations import Bits, PointerTo

_C = TypeVar("_C", bound=type)

_CTYPES: dict[str, Any] = {
    "u8": ctypes.c_uint8, "u16": ctypes.c_uint16, "u32": ctypes.c_uint32, "u64": ctypes.c_uint64,
    "i8": ctypes.c_int8, "i16": ctypes.c_int16, "i32": ctypes.c_int32, "i64": ctypes.c_int64,
    "bool": ctypes.c_bool, "char": ctypes.c_char,
}  # fmt: skip


@dataclass_transform(kw_only_default=True, eq_default=True)
def struct(cls: _C) -> _C:
    """Declares a struct. In a program it is made with its members' values, all others being zero.

        @bpf.struct
        class Exec:
            pid: u32
            comm: char[16]

    A default, which can only be 0, tells type checkers that a member may be left out: `pid: u32 = 0`.
    In Python the class is a ctypes.Structure that compares, prints and matches by its members; it is an event_type.
    Raises TypeError: a member's type is not one that C has.
    """
    return cast(_C, _declare(cls, "struct", ctypes.Structure))


def union(cls: _C) -> _C:
    """Declares a union: all members at the same place."""
    return cast(_C, _declare(cls, "union", ctypes.Union))


class _Comparable:
    """Prints and compares by members."""

    _fields_: Any
    __match_args__: tuple[str, ...] = ()

    def __class_getitem__(cls, count: int) -> t.Array:
        found: t.Type = cls.__bpf_type__  # type: ignore[attr-defined]
        return found[count]

    def __repr__(self) -> str:
        parts = (f"{field[0]}={_shown(getattr(self, field[0]))!r}" for field in self._fields_)
        return f"{type(self).__name__}({', '.join(parts)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(_shown(getattr(self, f[0])) == _shown(getattr(other, f[0])) for f in self._fields_)

    def __hash__(self) -> int:
        return hash(bytes(self))  # type: ignore[call-overload]  # ctypes gives the buffer

    def _asdict(self) -> dict[str, Any]:
        """The members by name, in the struct's order."""
        return {field[0]: getattr(self, field[0]) for field in self._fields_}


def _shown(value: Any) -> Any:
    return list(value) if isinstance(value, ctypes.Array) else value


def _declare(cls: Any, kind: str, base: Any) -> Any:
    annotations = inspect.get_annotations(cls, eval_str=True)
    if not annotations:
        raise TypeError(f"{cls.__name__}: a {kind} has members: `pid: u32`")
    described = [(name, *_member(cls.__name__, name, given)) for name, given in annotations.items()]
    fields = [(name, c) if not width else (name, c, width) for name, _, c, width in described]
    for name in annotations:
        if vars(cls).get(name, 0) not in (0, b""):
            raise TypeError(f"{cls.__name__}.{name}: a member that is not given is zero, and nothing else")
    left_out = {"__dict__", "__weakref__", *annotations}
    namespace = {name: value for name, value in vars(cls).items() if name not in left_out}
    namespace |= {"_fields_": fields, "__match_args__": tuple(annotations), "__qualname__": cls.__qualname__}
    made: Any = type(cls.__name__, (_Comparable, base), namespace)
    members = tuple(t.Member(name, type_, getattr(made, name).offset * 8, width) for name, type_, _, width in described)
    made.__bpf_type__ = t.Struct(cls.__name__, kind, members, ctypes.sizeof(made), ctypes.alignment(made), made)
    return made


def _member(owner: str, name: str, given: Any) -> tuple[t.Type, Any, int]:
    """A member's type, that of ctypes, and its width where it is a bitfield."""
    if isinstance(given, Bits):
        type_, c, _ = _member(owner, name, given.type)
        if not isinstance(type_, t.Int) or not 0 < given.count <= type_.size * 8:
            raise TypeError(f"{owner}.{name}: a bitfield is bits[u32, 3], of no more bits than its type has")
        return type_, c, given.count
    type_ = declared_type(given, f"{owner}.{name}")
    return type_, ctypes_type(type_), 0


def declared_type(given: Any, what: str) -> t.Type:
    """The type that an annotation means, where it needs no kernel. Raises TypeError."""
    if isinstance(given, t.Type):
        return given
    if isinstance(given, type) and isinstance(found := getattr(given, "__bpf_type__", None), t.Type):
        return found
    if given is bool:
        return t.boolean
    if isinstance(given, type) and issubclass(given, enum.IntEnum):
        return t.Enum(given.__name__, 4, any(m < 0 for m in given), given)
    if isinstance(given, type) and issubclass(given, ctypes._SimpleCData):
        return of_ctypes(given, what)
    if isinstance(given, PointerTo):
        try:
            return t.Pointer(declared_type(given.target, what), t.Space.KERNEL)
        except TypeError:
            return t.Pointer(t.void, t.Space.KERNEL)  # to a kernel's type: an address to user space
    raise TypeError(f"{what}: {given!r} is not a type of C: write u32, char[16], another struct, ...")


def of_ctypes(given: Any, what: str) -> t.Type:
    """ctypes' own names for C's integers."""
    code = given._type_
    if code in ("P", "z"):
        return t.Pointer(t.void, t.Space.KERNEL)
    if code == "?":
        return t.boolean
    if code in ("f", "d", "g", "u", "O"):
        raise TypeError(f"{what}: BPF has no {given.__name__}")
    return t.char if code == "c" else t.int_of(ctypes.sizeof(given), code in "bhilq")


def ctypes_type(type_: t.Type) -> Any:
    """What ctypes calls it."""
    if isinstance(type_, t.Struct):
        return type_.python
    if isinstance(type_, t.Enum):
        return ctypes.c_int32 if type_.signed else ctypes.c_uint32
    if isinstance(type_, t.Int):
        return _CTYPES[type_.name]
    if isinstance(type_, t.Array):
        return ctypes_type(type_.of) * type_.count
    if isinstance(type_, t.Opaque):
        return (ctypes.c_uint64 if type_.align == 8 else ctypes.c_uint32) * (type_.size // type_.align)
    return ctypes.c_uint64
