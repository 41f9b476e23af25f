"""Numbers as the bytes of `const volatile` globals."""

from __future__ import annotations

import struct
from typing import TypeAlias

from aiobpf._errors import BtfValidationError
from aiobpf._event_type import Field

#: What a `const volatile` global can be set to.
Constant: TypeAlias = bytes | bytearray | memoryview | int | float


def to_constant(variable: Field, value: int | float) -> bytes:
    """The bytes of a number (bool is one), little endian. Raises BtfValidationError, TypeError."""
    name, _, kind, signed, size, count, _ = variable
    where = f"`const volatile` global {name!r}"
    if kind == "text" or count > 0:
        raise TypeError(f"{where} is an array or a character: pass bytes of its size, {size * max(count, 1)}")
    if kind == "floating":
        return _to_float(where, size, value)
    if isinstance(value, float):
        raise TypeError(f"{where} is an integer, and {value!r} is a float")
    bits = 1 if kind == "boolean" else size * 8 - signed
    least, most = (-(1 << bits) if signed else 0), (1 << bits) - 1
    if not least <= value <= most:
        raise BtfValidationError(f"{where} has {size} bytes and holds {least} to {most}, not {value}")
    return int(value).to_bytes(size, "little", signed=signed)


def _to_float(where: str, size: int, value: int | float) -> bytes:
    try:
        return struct.pack("<f" if size == 4 else "<d", float(value))
    except OverflowError:
        raise BtfValidationError(f"{where} is a floating point number of {size} bytes, too small for {value}") from None
