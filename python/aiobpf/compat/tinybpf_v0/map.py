"""Maps, as bytes or typed."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aiobpf
from aiobpf import BPFMapError, BpfMapType

Structure = type[ctypes.Structure]  # inside of BPFMap, `type` is what type of map it is


@dataclass(frozen=True)
class MapInfo:
    """What a map is."""

    name: str
    type: BpfMapType
    key_size: int
    value_size: int
    max_entries: int
    fd: int

    @property
    def type_name(self) -> str:
        return self.type.name


class _Entries:
    """The mapping's side of a map, over `_map`. Deleting what is not there is silent."""

    _map: aiobpf.BpfMap[Any, Any]

    def _key(self, key: Any) -> Any:
        return key

    def _value(self, value: Any) -> Any:
        return value

    def lookup(self, key: Any) -> Any:
        """The value, or None.

        m.lookup(key)
        """
        return self._map.lookup(self._key(key))

    def update(self, key: Any, value: Any, flags: int = 0) -> None:
        """Sets a value; flags: MapUpdateFlags. Raises BPFMapError.

        m.update(key, value, tinybpf.MapUpdateFlags.NOEXIST)
        """
        self._map.update(self._key(key), self._value(value), int(flags))

    def delete(self, key: Any) -> None:
        """Removes a key, if it is there.

        m.delete(key)
        """
        self._map.delete(self._key(key))

    def keys(self) -> Iterator[Any]:
        """for key in m.keys(): ..."""
        return iter(self._map.keys())

    def values(self) -> Iterator[Any]:
        """for value in m.values(): ..."""
        return iter(self._map.values())

    def items(self) -> Iterator[tuple[Any, Any]]:
        """for key, value in m.items(): ..."""
        return iter(self._map.items())

    def __getitem__(self, key: Any) -> Any:
        return self._map[self._key(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.update(key, value)

    def __delitem__(self, key: Any) -> None:
        self.delete(key)

    def __contains__(self, key: Any) -> bool:
        return self._key(key) in self._map

    def __iter__(self) -> Iterator[Any]:
        return iter(self._map)

    def __len__(self) -> int:
        return len(self._map)


class BPFMap(_Entries):
    """A map: bytes in, bytes out. Short keys and values are padded with zeroes; long ones are a BPFMapError."""

    def __init__(self, found: aiobpf.BpfMap[Any, Any]) -> None:
        self._map = found

    def _padded(self, given: bytes, size: int, what: str) -> bytes:
        if not isinstance(given, bytes | bytearray | memoryview):
            raise TypeError(f"map {self.name}: a {what} is bytes, not {type(given).__name__}")
        if len(given) > size:
            raise BPFMapError(f"map {self.name}: a {what} has {size} bytes, not {len(given)}")
        return bytes(given).ljust(size, b"\0")

    def _key(self, key: Any) -> bytes:
        return self._padded(key, self.key_size, "key")

    def _value(self, value: Any) -> Any:
        return value if self._map.is_percpu else self._padded(value, self.value_size, "value")

    @property
    def name(self) -> str:
        return self._map.name

    @property
    def fd(self) -> int:
        return self._map.fd

    @property
    def type(self) -> BpfMapType:
        return self._map.type

    @property
    def key_size(self) -> int:
        return self._map.key_size

    @property
    def value_size(self) -> int:
        return self._map.value_size

    @property
    def max_entries(self) -> int:
        return self._map.max_entries

    @property
    def info(self) -> MapInfo:
        return MapInfo(self.name, self.type, self.key_size, self.value_size, self.max_entries, self.fd)

    @property
    def pin_path(self) -> str | bytes | None:
        return self._map.pin_path

    def clear(self) -> None:
        """Removes all keys.

        m.clear()
        """
        self._map.clear()

    def pin(self, path: str | os.PathLike[str]) -> None:
        """Keeps it in a BPF file system.

        m.pin("/sys/fs/bpf/counts")
        """
        self._map.pin(path)

    def unpin(self) -> None:
        """Removes the pin that pin() made.

        m.unpin()
        """
        self._map.unpin()

    def typed(
        self,
        key_format: str | None = None,
        value_format: str | None = None,
        key_type: Structure | None = None,
        value_type: Structure | None = None,
    ) -> TypedBPFMap:
        """A view with keys and values of Python's types. Raises ValueError when sizes differ.

        m.typed(key_format="I", value_format="Q")[7]
        """
        return TypedBPFMap(self, key_format, value_format, key_type, value_type)


class TypedBPFMap(_Entries):
    """A map through struct formats or ctypes structures; a side that is not said is bytes."""

    def __init__(
        self,
        bpf_map: BPFMap,
        key_format: str | None = None,
        value_format: str | None = None,
        key_type: Structure | None = None,
        value_type: Structure | None = None,
    ) -> None:
        self._raw = bpf_map
        key = bytes if key_format is None and key_type is None else key_type
        value = bytes if value_format is None and value_type is None else value_type
        self._map = bpf_map._map.typed(key_format, value_format, key, value, validate_field_names=False)

    @property
    def raw(self) -> BPFMap:
        """The map itself."""
        return self._raw


class BPFMapCollection:
    """The maps of an object, by name."""

    def __init__(self, obj: aiobpf.BpfObject) -> None:
        self._object = obj
        self._made: dict[str, BPFMap] = {}

    def __getitem__(self, name: str) -> BPFMap:
        self._object._check_open()
        if name not in self._made:
            self._made[name] = BPFMap(self._object.maps[name])
        return self._made[name]

    def get(self, name: str, default: BPFMap | None = None) -> BPFMap | None:
        """obj.maps.get("counts")"""
        return self[name] if name in self else default

    def __contains__(self, name: object) -> bool:
        return name in self._object.maps

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._object.maps)

    def keys(self) -> list[str]:
        """obj.maps.keys()"""
        return self._object.maps.keys()

    def values(self) -> list[BPFMap]:
        """obj.maps.values()"""
        return [self[name] for name in self.keys()]

    def items(self) -> list[tuple[str, BPFMap]]:
        """obj.maps.items()"""
        return [(name, self[name]) for name in self.keys()]
