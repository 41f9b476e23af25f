"""Maps with keys and values of Python's types."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

import aiobpf
from aiobpf._errors import BpfError, BpfNotFoundError
from aiobpf.bpf import _maps
from aiobpf.bpf import _types as t
from aiobpf.bpf._structs import declared_type


class Codec:
    """One side of a map: its type, where that is known, else an unsigned integer or bytes by its size."""

    def __init__(self, type_: t.Type | None, size: int) -> None:
        self._size = size
        if type_ is None and size in (1, 2, 4, 8):
            type_ = t.int_of(size, False)
        self._type = type_

    def decode(self, data: bytes) -> Any:
        if isinstance(self._type, t.Int):
            return int.from_bytes(data, "little", signed=self._type.signed)
        if isinstance(self._type, t.Struct):
            return self._type.python.from_buffer_copy(data)
        return data

    def encode(self, value: Any) -> bytes:
        """Raises OverflowError, TypeError, ValueError."""
        if isinstance(value, int) and isinstance(self._type, t.Int | None):
            return value.to_bytes(self._size, "little", signed=value < 0)
        raw = value.encode() if isinstance(value, str) else bytes(value)
        if len(raw) > self._size:
            raise ValueError(f"{len(raw)} bytes, where {self._size} fit")
        return raw.ljust(self._size, b"\0")


def declared_types(declaration: object) -> tuple[t.Type | None, t.Type | None]:
    """The types of a declared map's keys and values, where they need no kernel."""

    def known(given: Any) -> t.Type | None:
        if isinstance(given, str):
            return t.INTS.get(given)
        try:
            return declared_type(given, "")
        except TypeError:
            return None

    if not isinstance(declaration, _maps.Map):
        return None, None
    return known(declaration.key), known(declaration.value)


class BpfMap:
    """BpfMap(b, hist): the map of a loaded object that was declared as `hist`, or has that name."""

    def __init__(self, owner: Any, declaration: Any) -> None:
        name = declaration if isinstance(declaration, str) else declaration.__name__
        self._declared = owner.declaration_of(name) if isinstance(declaration, str) else declaration
        try:
            self._map: aiobpf.BpfMap = owner.loaded().maps[name]
        except BpfNotFoundError as error:
            raise BpfError(f"there is no map {name}") from error
        key, value = declared_types(self._declared)
        self._struct: Any = value.python if isinstance(value, t.Struct) else None
        self._keys, self._values = Codec(key, self._map.key_size), Codec(value, self._map.value_size)

    def _decoded(self, raw: bytes | list[bytes]) -> Any:
        return [self._values.decode(one) for one in raw] if isinstance(raw, list) else self._values.decode(raw)

    def lookup(self, key: Any) -> Any:
        """The value, or None. Of a per-CPU map a list, one for each CPU."""
        try:
            return self._decoded(self._map[self._keys.encode(key)])
        except KeyError:
            return None

    def update(self, key: Any, value: Any) -> None:
        self._map[self._keys.encode(key)] = self._values.encode(value)

    def delete_elem(self, key: Any) -> None:
        """Raises KeyError."""
        del self._map[self._keys.encode(key)]

    delete = delete_elem

    def get_next_key(self, key: Any = None) -> Any:
        """The key behind that one, or the first; None at the end."""
        keys = self.keys()
        at = 0 if key is None else keys.index(key) + 1
        return keys[at] if at < len(keys) else None

    def items(self) -> dict[Any, Any]:
        return {self._key(key): self._decoded(value) for key, value in self._map.items()}

    def _key(self, raw: bytes | bytearray | memoryview) -> Any:
        return self._keys.decode(bytes(raw))

    def keys(self) -> list[Any]:
        return [self._key(key) for key in self._map.keys()]

    def values(self) -> list[Any]:
        return list(self.items().values())

    def get_name(self) -> str:
        return self._map.name

    def get_fd(self) -> int:
        return self._map.fd

    def get_type(self) -> int:
        return int(self._map._raw.type)

    def get_key_size(self) -> int:
        return self._map.key_size

    def get_value_size(self) -> int:
        return self._map.value_size

    def get_max_entries(self) -> int:
        return self._map.max_entries

    def set_value_struct(self, struct: type[ctypes.Structure]) -> None:
        """Values are instances of it from now on."""
        members: tuple[t.Member, ...] = ()
        size = ctypes.sizeof(struct)
        self._values = Codec(t.Struct(struct.__name__, "struct", members, size, 1, struct), self._map.value_size)
        self._struct = struct

    def get_value_struct_name(self) -> str:
        return self._struct.__name__ if self._struct else ""

    def has_struct_value(self) -> bool:
        return self._struct is not None

    def __getitem__(self, key: Any) -> Any:
        found = self.lookup(key)
        if found is None:
            raise KeyError(key)
        return found

    def __setitem__(self, key: Any, value: Any) -> None:
        self.update(key, value)

    def __delitem__(self, key: Any) -> None:
        self.delete_elem(key)

    def __contains__(self, key: Any) -> bool:
        return self.lookup(key) is not None

    def __len__(self) -> int:
        return len(self._map)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.keys())
