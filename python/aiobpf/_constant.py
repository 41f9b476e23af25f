"""Numbers as the bytes of `const volatile` globals."""

from __future__ import annotations

import struct
from typing import TypeAlias

from aiobpf import _aiobpf
from aiobpf._errors import BtfValidationError

#: What a `const volatile` global can be set to.
Constant: TypeAlias = bytes | bytearray | memoryview | int | float


_NUMBERS = ("integer", "boolean", "floating_point", "enumeration", "pointer")


def to_constant(name: str, described: _aiobpf.Type, value: int | float) -> bytes:
    """The bytes of a number (bool is one), little endian. Raises BtfValidationError, TypeError."""
    where = f"`const volatile` global {name!r}"
    signed, size = described.is_signed, described.size
    if described.kind not in _NUMBERS:
        raise TypeError(f"{where} is {str(described)!r} and not a number: pass bytes of its size, {size}")
    if described.kind == "floating_point":
        return _to_float(where, size, value)
    if isinstance(value, float):
        raise TypeError(f"{where} is an integer, and {value!r} is a float")
    bits = 1 if described.kind == "boolean" else size * 8 - signed
    least, most = (-(1 << bits) if signed else 0), (1 << bits) - 1
    if not least <= value <= most:
        raise BtfValidationError(f"{where} has {size} bytes and holds {least} to {most}, not {value}")
    return int(value).to_bytes(size, "little", signed=signed)


def _to_float(where: str, size: int, value: int | float) -> bytes:
    try:
        return struct.pack("<f" if size == 4 else "<d", float(value))
    except OverflowError:
        raise BtfValidationError(f"{where} is a floating point number of {size} bytes, too small for {value}") from None
