"""Structs by name."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any


def is_pythonbpf_structs(structs: object) -> bool:
    """Whether these are structs that were declared with @struct."""
    return isinstance(structs, Mapping) and all(hasattr(one, "__bpf_type__") for one in structs.values())


def convert_structs_to_ctypes(structs: Mapping[str, Any] | None) -> dict[str, type[ctypes.Structure]]:
    """By name, as ctypes.Structure: they are that already."""
    return dict(structs or {})


class StructParser:
    """Makes structs of bytes."""

    def __init__(self, structs: Mapping[str, Any] | None = None) -> None:
        self._structs = convert_structs_to_ctypes(structs)

    def has_struct(self, name: str) -> bool:
        return name in self._structs

    def parse(self, name: str, data: bytes) -> ctypes.Structure:
        """Raises KeyError (no such struct), ValueError (too few bytes)."""
        return self._structs[name].from_buffer_copy(data)
