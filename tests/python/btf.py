"""Types that no compiler was asked for: BTF, word by word (include/uapi/linux/btf.h)."""

from __future__ import annotations

import struct
from typing import Any

from aiobpf import _aiobpf

INT, ARRAY, STRUCT, ENUM, FLOAT = 1, 3, 4, 6, 16
SIGNED, CHAR, BOOL = 1, 2, 4

Fields = list[tuple[str, int, int]]  # name, number of the type, offset in bytes


class Btf:
    """Types, each by its number; the last one is what is meant."""

    def __init__(self) -> None:
        self._strings = bytearray(1)
        self._types = bytearray()
        self._count = 0

    def _name(self, name: str) -> int:
        if not name:
            return 0
        at = len(self._strings)
        self._strings += name.encode() + b"\0"
        return at

    def _add(self, name: str, kind: int, *words: int, entries: int = 0) -> int:
        self._types += struct.pack(f"<{2 + len(words)}I", self._name(name), kind << 24 | entries, *words)
        self._count += 1
        return self._count

    def number(self, size: int, encoding: int = 0, name: str = "number") -> int:
        return self._add(name, INT, size, encoding << 24 | size * 8)

    def real(self, size: int) -> int:
        return self._add("real", FLOAT, size)

    def array(self, element: int, count: int) -> int:
        return self._add("", ARRAY, 0, element, element, count)

    def enumeration(self, name: str, size: int, **enumerators: int) -> int:
        words = [word for name, value in enumerators.items() for word in (self._name(name), value & 0xFFFFFFFF)]
        return self._add(name, ENUM, size, *words, entries=len(enumerators))

    def struct(self, name: str, size: int, fields: Fields) -> int:
        words = [word for name, its, offset in fields for word in (self._name(name), its, offset * 8)]
        return self._add(name, STRUCT, size, *words, entries=len(fields))

    def raw(self) -> bytes:
        header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(self._types), len(self._types), len(self._strings))
        return header + self._types + self._strings

    def type(self) -> Any:
        return _aiobpf.type_of_btf(self.raw())


def struct_of_number(name: str, field: str = "a", size: int = 16) -> Any:
    """struct name { unsigned int field; } of `size` bytes."""
    btf = Btf()
    btf.struct(name, size, [(field, btf.number(4), 0)])
    return btf.type()


def struct_of_enumeration(name: str, field: str, size: int = 16, **enumerators: int) -> Any:
    btf = Btf()
    btf.struct(name, size, [(field, btf.enumeration("", 4, **enumerators), 0)])
    return btf.type()
