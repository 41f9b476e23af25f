"""What BTF says, as tinybpf has it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from aiobpf import _aiobpf


class BtfKind(enum.IntEnum):
    """Kinds of types in BTF."""

    UNKN = 0
    INT = 1
    PTR = 2
    ARRAY = 3
    STRUCT = 4
    UNION = 5
    ENUM = 6
    FWD = 7
    TYPEDEF = 8
    VOLATILE = 9
    CONST = 10
    RESTRICT = 11
    FUNC = 12
    FUNC_PROTO = 13
    VAR = 14
    DATASEC = 15
    FLOAT = 16
    DECL_TAG = 17
    TYPE_TAG = 18
    ENUM64 = 19


@dataclass(frozen=True)
class BtfField:
    """A field of a struct; offset and size in bytes."""

    name: str
    offset: int
    size: int


@dataclass(frozen=True)
class BtfType:
    """A type; fields of a struct or union, else None."""

    name: str
    kind: BtfKind
    size: int
    fields: tuple[BtfField, ...] | None


_KINDS = {
    "integer": BtfKind.INT,
    "boolean": BtfKind.INT,
    "character": BtfKind.INT,
    "floating_point": BtfKind.FLOAT,
    "pointer": BtfKind.PTR,
    "array": BtfKind.ARRAY,
    "structure": BtfKind.STRUCT,
    "union": BtfKind.UNION,
    "enumeration": BtfKind.ENUM,
}


def to_btf_type(described: _aiobpf.Type | None) -> BtfType | None:
    """A type without what it is called by (typedef) and how it is used (const)."""
    if described is None:
        return None
    fields = None
    if described.kind in ("structure", "union"):
        fields = tuple(BtfField(name, bits // 8, its.size) for name, bits, _, its in described.fields)
    return BtfType(described.name, _KINDS.get(described.kind, BtfKind.UNKN), described.size, fields)
