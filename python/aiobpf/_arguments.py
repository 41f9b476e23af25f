"""Arguments, checked where they are given and in Python's own words."""

from __future__ import annotations

import numbers
import operator
import os
from collections.abc import Mapping
from typing import Any, TypeVar, cast

_K = TypeVar("_K")
_V = TypeVar("_V")

Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]
Buffer = bytes | bytearray | memoryview


def path(value: Path) -> bytes:
    """A path as Linux takes it. Raises TypeError, ValueError."""
    encoded = os.fsencode(value)
    if b"\0" in encoded:
        raise ValueError("embedded null byte")
    return encoded


def text(name: str, value: object) -> bytes:
    """A name as libbpf takes it; bytes that were not UTF-8 become what they were."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a str, not {type(value).__name__}")
    if "\0" in value:
        raise ValueError(f"{name}: embedded null character")
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a surrogate pair: no name is called so
        return value.encode("utf-8", "surrogatepass")


def integer(name: str, value: Any, least: int, most: int) -> int:
    """Any integer, NumPy's too, from `least` to `most`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an int, not {type(value).__name__}") from None
    if not least <= number <= most:
        raise ValueError(f"{name} must be from {least} to {most}, not {number}")
    return number


def real(name: str, value: Any, least: float, most: float) -> float:
    """Any number, from `least` to `most`."""
    if not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    value = cast(float, value)
    if not least <= value <= most:
        raise ValueError(f"{name} must be from {least:g} to {most:g}, not {value}")
    return float(value)


def boolean(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be a bool, not {type(value).__name__}")
    return value


def mapping(name: str, value: Mapping[_K, _V] | None) -> Mapping[_K, _V]:
    """None is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, not {type(value).__name__}")
    return value
