"""The kernel's BTF, read lazily: an index of all types is kept on disk, a type is parsed when it is asked for.

    kernel = running_kernel()
    kernel.find("task_struct", {STRUCT})        # a type's number, or None
    kernel.type(number).members[0].name

It is behind the protocol `Btf`, so that another reader can take its place.
"""

from __future__ import annotations

import functools
import hashlib
import pathlib
import struct
from array import array
from collections.abc import Set
from dataclasses import dataclass
from typing import Protocol

from aiobpf.compiler.cache import folder, write_atomically

INT, PTR, ARRAY, STRUCT, UNION, ENUM, FWD, TYPEDEF, VOLATILE, CONST, RESTRICT, FUNC, FUNC_PROTO, VAR, DATASEC, FLOAT = (
    range(1, 17)
)
DECL_TAG, TYPE_TAG, ENUM64 = range(17, 20)
_FIXED = {INT: 1, ARRAY: 3, VAR: 1, DECL_TAG: 1}  # words that follow the three of every type
_REPEATED = {STRUCT: 3, UNION: 3, ENUM: 2, FUNC_PROTO: 2, DATASEC: 3, ENUM64: 3}  # words for each member
_MODIFIERS = {TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG}
_VERSION = "1"  # of the index on disk

KERNEL_BTF = pathlib.Path("/sys/kernel/btf/vmlinux")


@dataclass(frozen=True)
class BtfMember:
    """Of a record: name, type, offset and bits of a bitfield. Of a function: name and type."""

    name: str
    type: int
    offset: int = 0
    bits: int = 0


@dataclass(frozen=True)
class BtfType:
    """One type. size: of integers and records; type: what a pointer, array, typedef or function refers to."""

    number: int
    kind: int
    name: str
    size: int = 0
    type: int = 0
    count: int = 0
    signed: bool = False
    is_bool: bool = False
    members: tuple[BtfMember, ...] = ()
    values: tuple[tuple[str, int], ...] = ()


class Btf(Protocol):
    """What the compiler asks of a reader of BTF."""

    def find(self, name: str, kinds: Set[int]) -> int | None:
        """The number of the first type of that name and of one of these kinds."""

    def type(self, number: int) -> BtfType:
        """The type of that number."""

    def strip(self, number: int) -> BtfType:
        """The type without typedef, const, volatile and tags."""

    def enumerator(self, name: str) -> tuple[int, int] | None:
        """The number of the enumeration that has a constant of that name, and its value."""

    def record_names(self, start: str) -> list[str]:
        """Names of structs that begin so."""


class BtfBlob:
    """BTF in memory: the kernel's, or that of an object's section."""

    def __init__(self, data: bytes, index: pathlib.Path | None = None) -> None:
        self._data = data
        _, _, _, header, types, size, strings, string_size = struct.unpack_from("<HBBIIIII", data)
        self._types, self._strings = header + types, header + strings
        self._end = self._strings + string_size
        self._size = size
        self._offsets, self._names = self._load_index(index)
        self._parsed: dict[int, BtfType] = {}

    def _load_index(self, path: pathlib.Path | None) -> tuple[array[int], array[int]]:
        """Where each type is, and where its name is, by the type's number."""
        if path is not None and path.is_file():
            words = array("I")
            words.frombytes(path.read_bytes())
            half = len(words) // 2
            return words[:half], words[half:]
        index = self._make_index()
        if path is not None:
            write_atomically(path, index[0].tobytes() + index[1].tobytes())
        return index

    def _make_index(self) -> tuple[array[int], array[int]]:
        words = array("I")
        words.frombytes(self._data[self._types : self._types + self._size])
        step = [3 + _FIXED.get(kind, 0) for kind in range(32)]
        each = [_REPEATED.get(kind, 0) for kind in range(32)]
        offsets, names, at = array("I", [0]), array("I", [0]), 0
        while at < len(words):
            offsets.append(at * 4)
            names.append(words[at])
            info = words[at + 1]
            kind = info >> 24 & 31
            at += step[kind] + (info & 0xFFFF) * each[kind]
        return offsets, names

    def _text(self, offset: int) -> str:
        start = self._strings + offset
        return self._data[start : self._data.find(b"\0", start)].decode()

    def _string(self, name: str) -> int | None:
        """The offset of a string."""
        at = self._data.find(b"\0" + name.encode() + b"\0", self._strings, self._end)
        return None if at < 0 else at + 1 - self._strings

    def find(self, name: str, kinds: Set[int]) -> int | None:
        """The first type of that name and of one of these kinds."""
        offset = self._string(name)
        at = 0
        while offset is not None:
            try:
                at = self._names.index(offset, at + 1)
            except ValueError:
                return None
            if self._kind(at) in kinds:
                return at
        return None

    def _kind(self, number: int) -> int:
        return int(self._data[self._types + self._offsets[number] + 7]) & 31

    def type(self, number: int) -> BtfType:
        if number not in self._parsed:
            self._parsed[number] = self._parse(number)
        return self._parsed[number]

    def _parse(self, number: int) -> BtfType:
        if number == 0:
            return BtfType(0, 0, "void")
        at = self._types + self._offsets[number]
        name_at, info, size = struct.unpack_from("<III", self._data, at)
        kind, count, flag = info >> 24 & 31, info & 0xFFFF, bool(info >> 31)
        name, at = self._text(name_at), at + 12
        if kind == INT:
            (encoding,) = struct.unpack_from("<I", self._data, at)
            return BtfType(number, kind, name, size, signed=bool(encoding >> 24 & 1), is_bool=bool(encoding >> 24 & 4))
        if kind == ARRAY:
            element, _, length = struct.unpack_from("<III", self._data, at)
            return BtfType(number, kind, name, type=element, count=length)
        if kind in (STRUCT, UNION):
            return BtfType(number, kind, name, size, members=self._members(at, count, flag))
        if kind in (ENUM, ENUM64):
            return BtfType(number, kind, name, size, signed=flag, values=self._values(at, count, kind, flag))
        if kind == FUNC_PROTO:
            params = struct.iter_unpack("<II", self._data[at : at + 8 * count])
            return BtfType(number, kind, name, type=size, members=tuple(BtfMember(self._text(n), t) for n, t in params))
        return BtfType(number, kind, name, size=size, type=size, signed=flag)

    def _members(self, at: int, count: int, bitfields: bool) -> tuple[BtfMember, ...]:
        found = []
        for name, type_, offset in struct.iter_unpack("<III", self._data[at : at + 12 * count]):
            bits = offset >> 24 if bitfields else 0
            found.append(BtfMember(self._text(name), type_, offset & 0xFFFFFF if bitfields else offset, bits))
        return tuple(found)

    def _values(self, at: int, count: int, kind: int, signed: bool) -> tuple[tuple[str, int], ...]:
        if kind == ENUM:
            words = struct.iter_unpack("<Ii" if signed else "<II", self._data[at : at + 8 * count])
            return tuple((self._text(name), value) for name, value in words)
        wide = struct.iter_unpack("<III", self._data[at : at + 12 * count])
        values = ((self._text(name), low | high << 32) for name, low, high in wide)
        return tuple((n, v - (1 << 64) if signed and v >> 63 else v) for n, v in values)

    def enumerator(self, name: str) -> tuple[int, int] | None:
        """The number of the enumeration that has a constant of that name, and its value.

        Enumerations are not indexed by what is in them: the name's place in the data is looked for instead.
        """
        offset = self._string(name)
        if offset is None:
            return None
        wanted, at, end = struct.pack("<I", offset), self._types - 1, self._types + self._size
        while (at := self._data.find(wanted, at + 1, end)) >= 0:
            number = self._number_at(at - self._types)
            if self._kind(number) in (ENUM, ENUM64):
                for there, value in self.type(number).values:
                    if there == name:
                        return number, value
        return None

    def _number_at(self, offset: int) -> int:
        low, high = 1, len(self._offsets)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offsets[middle] <= offset else (low, middle)
        return low

    def record_names(self, start: str) -> list[str]:
        """Names of structs that begin so."""
        found, at = [], self._strings
        while (at := self._data.find(b"\0" + start.encode(), at, self._end)) >= 0:
            at += 1
            found.append(self._text(at - self._strings))
        return [name for name in found if self.find(name, {STRUCT, UNION}) is not None]

    def strip(self, number: int) -> BtfType:
        """The type without typedef, const, volatile and tags."""
        found = self.type(number)
        while found.kind in _MODIFIERS:
            found = self.type(found.type)
        return found


@functools.lru_cache(maxsize=1)
def running_kernel() -> Btf | None:
    """The running kernel's types; None where it has no BTF."""
    try:
        with KERNEL_BTF.open("rb") as file:
            data = file.read()
    except OSError:
        return None
    try:
        identity = pathlib.Path("/sys/kernel/notes").read_bytes()
    except OSError:
        identity = data
    key = hashlib.sha256(identity + len(data).to_bytes(8, "little")).hexdigest()[:20]
    return BtfBlob(data, folder() / f"btf-{_VERSION}-{key}.index")
