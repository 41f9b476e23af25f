"""Types of ctypes, as types that can be compared with BTF."""

from __future__ import annotations

import ctypes
from typing import Any

from aiobpf import _aiobpf

_SIGNED = "bhilqn"
_UNSIGNED = "BHILQN"

#: Of ctypes: a scalar, an array, a Structure or a Union.
CtypesType = type[Any]


_STRUCTS = (ctypes.Structure, ctypes.Union)
_ALL = (ctypes._SimpleCData, ctypes.Array, ctypes._Pointer, *_STRUCTS)


def is_ctypes(given: object) -> bool:
    return isinstance(given, type) and issubclass(given, _ALL)


def is_struct(given: object) -> bool:
    return isinstance(given, type) and issubclass(given, _STRUCTS)


def to_type(given: CtypesType) -> _aiobpf.Type:
    """Raises TypeError (one whose bytes are elsewhere, as c_char_p or py_object)."""
    if issubclass(given, _STRUCTS):
        return _struct(given)
    if issubclass(given, ctypes.Array):
        array: Any = given
        return _aiobpf.array_type(to_type(array._type_), array._length_)
    if issubclass(given, ctypes._Pointer):
        return _aiobpf.number_type("pointer", "", ctypes.sizeof(given), False)
    return of_letter(given._type_, ctypes.sizeof(given), given.__name__)


def of_letter(letter: str, size: int, name: str) -> _aiobpf.Type:
    """Of a letter that ctypes and struct have in common. Raises TypeError."""
    if letter == "c":
        return _aiobpf.number_type("character", "char", size, False)
    if letter == "?":
        return _aiobpf.number_type("boolean", "bool", size, False)
    if letter in "fdg":
        return _aiobpf.number_type("floating_point", name, size, True)
    if letter == "P":
        return _aiobpf.number_type("pointer", "", size, False)
    if letter in _SIGNED + _UNSIGNED:
        return _aiobpf.number_type("integer", name, size, letter in _SIGNED)
    raise TypeError(f"{name} is not a value that a record holds")


def _struct(given: CtypesType) -> _aiobpf.Type:
    fields: list[tuple[str, int, int, _aiobpf.Type]] = []
    for base in reversed(given.__mro__):  # those of its bases come first
        anonymous = set(base.__dict__.get("_anonymous_", ()))
        for name, its, *bits in base.__dict__.get("_fields_", ()):
            fields.append(_field(getattr(base, name), "" if name in anonymous else name, its, bool(bits)))
    kind = "union" if issubclass(given, ctypes.Union) else "structure"
    return _aiobpf.struct_type(kind, given.__name__, ctypes.sizeof(given), fields)


def _field(place: Any, name: str, its: CtypesType, is_bitfield: bool) -> tuple[str, int, int, _aiobpf.Type]:
    if not is_bitfield:
        return name, place.offset * 8, 0, to_type(its)
    # ctypes keeps both in one number: its bits above, and where they begin below.
    return name, place.offset * 8 + (place.size & 0xFFFF), place.size >> 16, to_type(its)
