"""How bytes become Python objects and back: by a struct format, by ctypes, or by BTF."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import Any, TypeAlias

from aiobpf import _aiobpf, _ctypes_type
from aiobpf._errors import BtfValidationError
from aiobpf._event_type import convert_field

#: What `key=` and `value=` of typed() take: int, bool, float, bytes, str, or a type of ctypes.
PythonType: TypeAlias = type[Any]

_PLAIN = "int, bool, float, bytes, str or a type of ctypes"


def of_btf(where: str, described: _aiobpf.Type, as_text: bool = False) -> _aiobpf.Codec:
    """Raises BpfUnsupportedError (a type that Python has no value for)."""
    return _aiobpf.type_codec(where, described, convert_field, as_text)


def of_format(where: str, size: int, given: str, btf: _aiobpf.Type | None = None) -> _aiobpf.Codec:
    """A struct format: one field is its value, several are a tuple. Raises BtfValidationError, struct.error,
    ValueError."""
    if not isinstance(given, str):
        raise TypeError(f"{where}: a format is a str, as struct takes it, not {type(given).__name__}")
    if not given.isascii() or "\0" in given:
        raise ValueError(f"{where}: {given!r} is not a format of Python's struct module")
    compiled = struct.Struct(given)
    _check_size(where, f"the format {given!r}", compiled.size, btf.size if btf is not None else size)
    letters = given.lstrip("@=<")
    if len(letters) == 1 and letters in "bBhHiIlLqQnN?fd":  # the fast way; struct's own is for the rest
        return of_btf(where, _ctypes_type.of_letter(letters, compiled.size, "a number"))
    return _aiobpf.function_codec(where, compiled.size, _decoder(compiled), _encoder(where, compiled))


def _decoder(compiled: struct.Struct) -> Callable[[bytes], Any]:
    def decode(data: bytes) -> Any:
        values = compiled.unpack(data)
        return values[0] if len(values) == 1 else values

    return decode


def _encoder(where: str, compiled: struct.Struct) -> Callable[[Any], bytes]:
    def encode(value: Any) -> bytes:
        values = value if isinstance(value, tuple | list) else (value,)
        try:
            return compiled.pack(*values)
        except struct.error as error:
            raise BtfValidationError(f"{where}: {value!r} is not {compiled.format!r}: {error}") from None

    return encode


def of_python(
    where: str, size: int, given: PythonType, btf: _aiobpf.Type | None, by_name: bool = True
) -> _aiobpf.Codec:
    """As a Python type, checked against what BTF says, where it does. Raises BtfValidationError, TypeError."""
    if given is bytes:
        return _aiobpf.bytes_codec(where, size)
    if given is str:
        text = btf if btf is not None and btf.kind in ("array", "character") else _text_type(size)
        return of_btf(where, text, as_text=True)
    if isinstance(given, type) and issubclass(given, int | float):
        return of_btf(where, _number_type(where, size, given, btf))
    if not _ctypes_type.is_ctypes(given):
        raise TypeError(f"{where}: its type is {_PLAIN}, not {given!r}")
    _check_layout(where, given, size, btf, by_name)
    if issubclass(given, ctypes.Structure):
        return _aiobpf.structure_codec(where, size, given)
    if issubclass(given, ctypes.Union):
        return _aiobpf.function_codec(where, size, given.from_buffer_copy, bytes)
    return of_btf(where, _ctypes_type.to_type(given))


def _check_layout(where: str, given: PythonType, size: int, btf: _aiobpf.Type | None, by_name: bool) -> None:
    if btf is None:
        return _check_size(where, given.__name__, ctypes.sizeof(given), size)
    check_layout(where, given, btf, by_name)


def check_layout(where: str, given: PythonType, btf: _aiobpf.Type, by_name: bool = True) -> None:
    """A type of ctypes against BTF. Raises BtfValidationError, with what to do in `suggestions`."""
    found = _aiobpf.compare_layouts(_ctypes_type.to_type(given), btf, by_name)
    if found:
        said = [f"{what}: {remedy}" if remedy else what for what, remedy in found]
        remedies = tuple(remedy for _, remedy in found if remedy)
        raise BtfValidationError(f"{where}, as {given.__name__}: " + "; ".join(said), suggestions=remedies)


def _check_size(where: str, what: str, has: int, wanted: int) -> None:
    if has != wanted:
        raise BtfValidationError(f"{where} has {wanted} bytes, and {what} has {has}: Size mismatch")


def _text_type(size: int) -> _aiobpf.Type:
    return _aiobpf.array_type(_aiobpf.number_type("character", "char", 1, False), size)


def _number_type(where: str, size: int, given: type[int] | type[float], btf: _aiobpf.Type | None) -> _aiobpf.Type:
    """BTF's own where it is of that family, which knows of signs; else one of the size."""
    families = {float: ("floating_point",), bool: ("boolean",)}.get(given, ("integer", "enumeration", "pointer"))
    if btf is not None and btf.kind in families:
        return btf
    if issubclass(given, float):
        if size not in (4, 8):
            raise BtfValidationError(f"{where} has {size} bytes; a float has 4 or 8: Size mismatch")
        return _aiobpf.number_type("floating_point", "float", size, True)
    if size not in (1, 2, 4, 8, 16):
        raise BtfValidationError(f"{where} has {size} bytes; an int has 1, 2, 4, 8 or 16: Size mismatch")
    kind = "boolean" if given is bool else "integer"
    return _aiobpf.number_type(kind, given.__name__, size, False)
