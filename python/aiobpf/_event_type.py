"""Event classes made from an object's BTF."""

from __future__ import annotations

import enum
from typing import Any

from aiobpf import _aiobpf


def make_event_type(layout: tuple[str, int, list[Any]]) -> type[Any]:
    """The class for a struct's layout, as ObjectFile.layout() gives it."""
    name, size, fields = layout
    return _aiobpf.make_event_type(
        name,
        size,
        [
            (field, offset, kind, signed, element, count, _members(field, enumerators))
            for field, offset, kind, signed, element, count, enumerators in fields
        ],
    )


def _members(field: str, enumerators: list[tuple[str, int]]) -> dict[int, enum.IntEnum] | None:
    if not enumerators:
        return None
    members = enum.IntEnum(field, enumerators)  # type: ignore[misc]
    return {int(member): member for member in members}
