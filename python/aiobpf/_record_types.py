"""Records of several types in one ring, told apart by a tag."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from aiobpf import _aiobpf, _arguments

#: The name of the field that has the tag, with dots into nested structs; or its offset and size in bytes.
Discriminator: TypeAlias = str | tuple[int, int]

_LARGEST_TAG = (1 << 64) - 1
_TAG_SIZES = (1, 2, 4, 8)
_REALS: tuple[type[Any], ...] = (ctypes.c_float, ctypes.c_double, ctypes.c_longdouble)
_INTEGERS = ("integer", "boolean", "character", "enumeration")


def record_types(
    types: Mapping[Any, Any], discriminator: Discriminator | None, class_of: Callable[[Any], type[Any]]
) -> _aiobpf.RecordTypes:
    """What the module takes for `event_type={tag: type, ...}`. `class_of` makes classes of names.

    Raises TypeError, ValueError.
    """
    if discriminator is None:
        raise TypeError("event_type is a dict: name the field that has the tag, as in discriminator='kind'")
    if not types or set(types) == {None}:
        raise ValueError("event_type has no type by tag")
    classes = {tag: None if type_ is None else class_of(type_) for tag, type_ in types.items()}
    otherwise = classes.pop(None, None)
    if otherwise not in (None, bytes):
        raise TypeError("what fits no type is bytes: event_type[None] is bytes, or left out")
    offset, size = _find_tag(classes.values(), discriminator)
    described = tuple(
        (_tag(tag, size), "skipped" if type_ is None else type_.__name__, type_) for tag, type_ in classes.items()
    )
    return offset, size, described, otherwise


def _tag(tag: Any, size: int) -> int:
    bits = 8 * size
    number = _arguments.integer("a tag of event_type", tag, -(1 << (bits - 1)), (1 << bits) - 1)
    return number % (1 << bits)


def _find_tag(classes: Any, discriminator: Discriminator) -> tuple[int, int]:
    if isinstance(discriminator, tuple):
        offset, size = discriminator
        offset = _arguments.integer("the tag's offset", offset, 0, (1 << 31) - 1)
        if size not in _TAG_SIZES:
            raise ValueError(f"a tag has 1, 2, 4 or 8 bytes, not {size!r}")
        return offset, size
    if not isinstance(discriminator, str):
        raise TypeError(f"discriminator is a field's name, or (offset, size), not {type(discriminator).__name__}")
    places = {cls: _place(cls, discriminator) for cls in classes if cls not in (None, bytes)}
    if not places:
        raise ValueError(f"no type has a field {discriminator!r}: give its place, as in discriminator=(0, 4)")
    first, place = next(iter(places.items()))
    for cls, other in places.items():
        if other != place:
            raise ValueError(
                f"{discriminator!r} is at offset {other[0]} with {other[1]} bytes in {cls.__name__}, and at offset "
                f"{place[0]} with {place[1]} bytes in {first.__name__}: a tag has one place in all types"
            )
    return place


def _place(cls: type[Any], path: str) -> tuple[int, int]:
    """Offset and size in bytes of a field."""
    if isinstance(cls, type) and issubclass(cls, ctypes.Structure):
        return _place_in_structure(cls, path)
    described: _aiobpf.Type | None = getattr(cls, "_type", None)
    if described is None:
        raise TypeError(f"{cls!r} has no fields: event_type has classes made from BTF and ctypes.Structures")
    offset = 0
    for name in path.split("."):
        found = [field for field in described.fields if field[0] == name]
        if not found:
            raise _no_field(cls, path)
        _, bits, bitfield, described = found[0]
        if bitfield:
            raise ValueError(f"{path!r} of {cls.__name__} is a bitfield; a tag is a whole integer")
        offset += bits // 8
    if described.kind not in _INTEGERS or described.size not in _TAG_SIZES:
        raise ValueError(f"{path!r} of {cls.__name__} is {described!s}, and a tag is an integer")
    return offset, described.size


def _place_in_structure(cls: type[ctypes.Structure], path: str) -> tuple[int, int]:
    offset = 0
    kind: Any = cls
    for name in path.split("."):
        field = getattr(kind, name, None)
        kinds = {known[0]: known[1] for known in getattr(kind, "_fields_", ())}
        if field is None or name not in kinds:
            raise _no_field(cls, path)
        offset, kind = offset + field.offset, kinds[name]
    size = ctypes.sizeof(kind)
    number = issubclass(kind, ctypes._SimpleCData) and kind not in _REALS
    if size not in _TAG_SIZES or not number:
        raise ValueError(f"{path!r} of {cls.__name__} is {kind.__name__}, and a tag is an integer")
    return offset, size


def _no_field(cls: type[Any], path: str) -> ValueError:
    return ValueError(f"{cls.__name__} has no field {path!r}, which discriminator names")
