"""BTF, type by type."""

from __future__ import annotations

import struct
from typing import Any

from aiobpf import _aiobpf
from aiobpf._errors import BtfValidationError
from aiobpf._record import Template, template_of

BTFKIND_VOID = 0
BTFKIND_INT = 1
BTFKIND_PTR = 2
BTFKIND_ARRAY = 3
BTFKIND_STRUCT = 4
BTFKIND_UNION = 5
BTFKIND_ENUM = 6
BTFKIND_FWD = 7
BTFKIND_TYPEDEF = 8
BTFKIND_VOLATILE = 9
BTFKIND_CONST = 10
BTFKIND_RESTRICT = 11
BTFKIND_FUNC = 12
BTFKIND_FUNC_PROTO = 13
BTFKIND_VAR = 14
BTFKIND_DATASEC = 15
BTFKIND_FLOAT = 16
BTFKIND_DECL_TAG = 17
BTFKIND_TYPE_TAG = 18
BTFKIND_ENUM64 = 19

_HEADER = struct.Struct("=HBBIIIII")
_TYPE = struct.Struct("=III")
#: Bytes behind a type: for each kind a fixed number, and as many for each of its `vlen`.
_BEHIND = {
    BTFKIND_INT: (4, 0),
    BTFKIND_ARRAY: (12, 0),
    BTFKIND_STRUCT: (0, 12),
    BTFKIND_UNION: (0, 12),
    BTFKIND_ENUM: (0, 8),
    BTFKIND_FUNC_PROTO: (0, 8),
    BTFKIND_VAR: (4, 0),
    BTFKIND_DATASEC: (0, 12),
    BTFKIND_DECL_TAG: (4, 0),
    BTFKIND_ENUM64: (0, 12),
}


class BTFElement:
    """One type: its number `tid`, its `kind` (BTFKIND_*), `name` and `size` (0 where it has none)."""

    def __init__(self, blob: BTFBlob, tid: int, kind: int, name: str) -> None:
        self._blob = blob
        self.tid = tid
        self.kind = kind
        self.name = name

    @property
    def type(self) -> _aiobpf.Type:
        return self._blob._types.at(self.tid)

    @property
    def size(self) -> int:
        return self.type.size

    def generate_pinfo(self) -> Template:
        """What BPFRecord takes."""
        return template_of(self.type)

    generate_template = generate_pinfo

    def __repr__(self) -> str:
        return f"<BTFElement {self.tid}: {self.type} kind {self.kind}>"


class BTFBlob:
    """BTFBlob(open("/sys/kernel/btf/vmlinux", "rb").read()): all of it is checked; parse() lists its elements.

    Raises BtfValidationError (a ValueError).
    """

    def __init__(self, data: bytes) -> None:
        self._types = _aiobpf.btf_of_bytes(data)
        self._data = bytes(data)
        self.elements: list[BTFElement] = []
        *_, header_bytes, self._types_at, self._types_bytes, strings_at, self._strings_bytes = _HEADER.unpack_from(data)
        self._types_at += header_bytes
        self._strings_at = header_bytes + strings_at

    def parse(self) -> None:
        """Fills `elements`; elements[0] is void, and elements[i].tid == i."""
        self.elements = [BTFElement(self, 0, BTFKIND_VOID, "void")]
        at = self._types_at
        while at < self._types_at + self._types_bytes:
            name, info, _ = _TYPE.unpack_from(self._data, at)
            kind, count = info >> 24 & 0x1F, info & 0xFFFF
            fixed, each = _BEHIND.get(kind, (0, 0))
            self.elements.append(BTFElement(self, len(self.elements), kind, self.resolve_str(name)))
            at += _TYPE.size + fixed + each * count

    def resolve_str(self, offset: int) -> str:
        """The string at that offset of its table. Raises BtfValidationError."""
        if not 0 <= offset < self._strings_bytes:
            raise BtfValidationError(f"the strings have {self._strings_bytes} bytes, not {offset}")
        start = self._strings_at + offset
        return self._data[start : self._data.index(b"\0", start)].decode("utf-8", "surrogateescape")

    def resolve_type(self, number: int) -> BTFElement:
        """The element of that number. Raises IndexError."""
        self._parsed()
        return self.elements[number]

    def find_by_name(self, name: Any) -> BTFElement | None:
        """The first element of that name (str or ASCII bytes), or None."""
        self._parsed()
        wanted = name.decode("ascii") if isinstance(name, bytes) else name
        return next((one for one in self.elements if one.name == wanted), None)

    def _parsed(self) -> None:
        if not self.elements:
            self.parse()


def parse_btfdata(buff: bytes) -> list[BTFElement]:
    """The elements of a blob."""
    blob = BTFBlob(buff)
    blob.parse()
    return blob.elements
