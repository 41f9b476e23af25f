"""Records by templates: names and struct formats."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from aiobpf import _aiobpf
from aiobpf._errors import BpfNotFoundError, BtfValidationError

#: A struct format; (name, template); or a list of either: of pairs a dict, else a list of values.
Template: TypeAlias = Any

_NUMBERS = {1: "b", 2: "h", 4: "i", 8: "q"}


class BpfRecord:
    """Bytes as dicts, and back, by a template: field names and formats of `struct`.

        point = aiobpf.BpfRecord([("x", "i"), ("y", "i"), ("path", ["H", "H"]), ("inner", [("flag", "B"), ("", "3x")])])
        point.unpack(data)                                  # {"x": 1, "y": 2, "path": [3, 4], "inner": {"flag": 5}}
        point.pack({"x": 1, "y": 2, "path": [3, 4], "inner": {"flag": 5}})

    template: a list of (name, format); a format may be a list of formats (then its value is a list), or such a list
        of pairs again (a dict). "3x" is padding, and has no value; "16s" is bytes.
    buff: what unpack() takes without an argument.
    order: "=" native, without padding; "@" native, padded as C does; "<" little, ">" and "!" big endian.

    Raises TypeError (not a template), struct.error (not a format).
    """

    def __init__(self, json_template: Template, buff: bytes | None = None, order: str = "=") -> None:
        self.json_template = json_template
        self.buff = buff
        self.template = order + _formats(json_template)
        self.compiled = struct.Struct(self.template)

    @classmethod
    def of_type(cls, described: _aiobpf.Type, order: str = "=") -> BpfRecord:
        return cls(template_of(described), order=order)

    @property
    def size(self) -> int:
        """In bytes."""
        return self.compiled.size

    def unpack(self, buff: bytes | None = None) -> Any:
        """A dict of the fields. Raises ValueError (too few bytes, or none at all).

        record.unpack(data)["pid"]
        """
        data = self.buff if buff is None else buff
        if data is None:
            raise ValueError("no bytes to unpack: give them here, or as `buff` of the record")
        if len(data) < self.size:
            raise BtfValidationError(f"a record has {self.size} bytes, and {len(data)} were given")
        return _take(self.json_template, iter(self.compiled.unpack(data[: self.size])))

    def pack(self, arg: Any) -> bytes:
        """The bytes of a dict, or of a list where the template has no names.

            record.pack({"pid": 1})

        Raises BtfValidationError (what does not fit), KeyError (a field is missing), ValueError (None).
        """
        if arg is None:
            raise ValueError("None is not a record: give a dict of its fields")
        values: list[Any] = []
        _put(self.json_template, arg, values)
        try:
            return self.compiled.pack(*values)
        except struct.error as error:
            raise BtfValidationError(f"{arg!r} is not a record of {self.template!r}: {error}") from None

    def __repr__(self) -> str:
        return f"<aiobpf.BpfRecord {self.template}>"


def _formats(template: Template) -> str:
    if isinstance(template, tuple):
        return _formats(template[1])
    if isinstance(template, list):
        return "".join(map(_formats, template))
    if not isinstance(template, str):
        raise TypeError(f"a format of struct is a str, not {type(template).__name__}")
    return template


def _is_named(template: list[Any]) -> bool:
    return bool(template) and isinstance(template[0], tuple)


def _count(format: str) -> int:
    """How many values it has: "16s" one, "3x" none, "4H" four."""
    return len(struct.unpack("=" + format, bytes(struct.calcsize("=" + format))))


def _take(template: Template, values: Iterator[Any]) -> Any:
    if isinstance(template, tuple):
        return {template[0]: _take(template[1], values)}
    if isinstance(template, str):
        found = [next(values) for _ in range(_count(template))]
        return found[0] if len(found) == 1 else found
    if _is_named(template):
        return {name: _take(its, values) for name, its in template if not _is_padding(its)}
    return [_take(one, values) for one in template]


def _is_padding(template: Template) -> bool:
    return isinstance(template, str) and _count(template) == 0


def _put(template: Template, given: Any, values: list[Any]) -> None:
    if isinstance(template, tuple):
        _put(template[1], given[template[0]] if isinstance(given, Mapping) else given, values)
    elif isinstance(template, str):
        _put_leaf(template, given, values)
    elif _is_named(template):
        if not isinstance(given, Mapping):
            raise BtfValidationError(f"a dict of {', '.join(name for name, _ in template)} is needed, not {given!r}")
        for name, its in template:
            if _is_padding(its):
                continue
            if name not in given:
                raise BpfNotFoundError(f"the record has no {name!r}, which its template names")
            _put(its, given[name], values)
    else:
        if not isinstance(given, Sequence) or len(given) != len(template):
            raise BtfValidationError(f"{len(template)} values are needed, not {given!r}")
        for one, value in zip(template, given, strict=True):
            _put(one, value, values)


def _put_leaf(template: str, given: Any, values: list[Any]) -> None:
    if isinstance(given, str):
        given = given.encode()
    if _count(template) == 1:
        values.append(given)
    else:
        values.extend(given)


# --- from BTF


def template_of(described: _aiobpf.Type) -> Template:
    """Of any type: what struct cannot say (unions, bitfields, wide numbers) is bytes."""
    if described.kind == "structure":
        return _of_struct(described)
    if described.kind == "array" and described.element is not None and described.element.kind != "character":
        return [template_of(described.element)] * described.count
    if described.kind == "floating_point" and described.size in (4, 8):
        return "f" if described.size == 4 else "d"
    if described.kind == "boolean" and described.size == 1:
        return "?"
    if described.kind in ("integer", "enumeration", "pointer", "boolean") and described.size in _NUMBERS:
        letter = _NUMBERS[described.size]
        return letter if described.is_signed else letter.upper()
    return f"{described.size}s"


def _of_struct(described: _aiobpf.Type) -> list[tuple[str, Template]]:
    fields: list[tuple[str, Template]] = []
    at = 0
    for name, bit_offset, bit_size, its in described.fields:
        offset = bit_offset // 8
        if bit_size or offset < at:  # bits, or another member of a union: bytes that hold them
            end = (bit_offset + (bit_size or its.size * 8) + 7) // 8
            if end > at:
                fields.append((name, f"{end - at}s"))
                at = end
            continue
        if offset > at:
            fields.append(("", f"{offset - at}x"))
        fields.append((name, template_of(its)))
        at = offset + its.size
    if described.size > at:
        fields.append(("", f"{described.size - at}x"))
    return fields
