"""Maps, by raw keys and values."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any, Protocol

from aiobpf import _aiobpf
from aiobpf._errors import BpfClosedError, BpfMapError, BpfNotFoundError

Key = bytes | bytearray | memoryview
Value = bytes | list[bytes]


class _Closed:
    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> Any:
        raise BpfClosedError(f"{self._what}: its object was closed")


def closed(what: str) -> Any:
    """Takes the place of what an object held: any use of it is a BpfClosedError, and open ones pay for no check."""
    return _Closed(what)


class MapOwner(Protocol):
    """What a map asks of the object it came from."""

    def _check_open(self) -> _aiobpf.Object: ...
    def map(self, name: str) -> BpfMap: ...
    def event_type(self, name: str) -> type[Any]: ...


class BpfMap(MutableMapping[Key, Value]):
    """A map of a loaded object: `bytes` in, `bytes` out, by the mapping protocol.

        counts = obj.maps["counts"]
        counts[struct.pack("I", 7)] = struct.pack("Q", 0)
        for key, value in counts.items(): ...

    In per-CPU maps a value is a list of `bytes`, one for each possible CPU, in order.
    A missing key is a KeyError (BpfNotFoundError). Deleting while iterating may make the kernel's walk
    start again; `keys()` is taken at once and does not.
    """

    def __init__(self, raw: _aiobpf.Map, owner: MapOwner | None = None) -> None:
        self._raw = raw
        self._owner = owner
        self._name = raw.name

    @property
    def name(self) -> str:
        return self._name

    @property
    def type_name(self) -> str:
        """As libbpf names it: "hash", "array", "ringbuf", ..."""
        return self._raw.type_name

    @property
    def key_size(self) -> int:
        """In bytes."""
        return self._raw.key_size

    @property
    def value_size(self) -> int:
        """In bytes, of one CPU's value."""
        return self._raw.value_size

    @property
    def max_entries(self) -> int:
        """Entries; of a ring, bytes."""
        return self._raw.max_entries

    @property
    def fd(self) -> int:
        """The map's descriptor; the map's own, do not close it."""
        return self._raw.fd

    def _close(self) -> None:
        self._raw = closed(f"map {self._name}")

    def _bytes(self, given: object, what: str) -> Any:
        if isinstance(given, (bytes, bytearray, memoryview)):
            return given
        hint = ""
        if isinstance(given, int):
            size = self.key_size if what == "key" else self.value_size
            hint = f": use ({given}).to_bytes({size}, 'little'), or struct.pack"
        raise TypeError(f"map {self.name}: a {what} is bytes, not {type(given).__name__}{hint}")

    def _to_raw(self, value: object) -> Any:
        if not self._raw.is_per_cpu:
            return self._bytes(value, "value")
        if isinstance(value, (bytes, bytearray, memoryview)) or not isinstance(value, Sequence):
            raise TypeError(f"map {self.name} is per CPU: a value is a list of bytes, one for each possible CPU")
        padded = (self.value_size + 7) // 8 * 8
        for one in value:
            if len(self._bytes(one, "value")) != self.value_size:
                raise BpfMapError(f"map {self.name}: a CPU's value has {self.value_size} bytes, not {len(one)}")
        return b"".join(bytes(one).ljust(padded, b"\0") for one in value)

    def _from_raw(self, raw: bytes) -> Value:
        if not self._raw.is_per_cpu:
            return raw
        padded = (self.value_size + 7) // 8 * 8
        return [raw[at : at + self.value_size] for at in range(0, len(raw), padded)]

    def __getitem__(self, key: Key) -> Value:
        value = self._raw.lookup(self._bytes(key, "key"))
        if value is None:
            raise BpfNotFoundError(f"map {self.name}: no key {bytes(key).hex(' ')}")
        return self._from_raw(value)

    def __setitem__(self, key: Key, value: Any) -> None:
        self._raw.update(self._bytes(key, "key"), self._to_raw(value))

    def __delitem__(self, key: Key) -> None:
        if not self._raw.erase(self._bytes(key, "key")):
            raise BpfNotFoundError(f"map {self.name}: no key {bytes(key).hex(' ')}")

    def __contains__(self, key: object) -> bool:
        return self._raw.lookup(self._bytes(key, "key")) is not None

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._raw.keys())

    def __len__(self) -> int:
        return len(self._raw.keys())

    def __eq__(self, other: object) -> bool:
        return self is other  # two maps with equal contents are still two maps

    __hash__ = object.__hash__

    def items(self) -> Iterator[tuple[bytes, Value]]:  # type: ignore[override]
        """Keys and values; keys that were removed meanwhile are left out."""
        for key in self._raw.keys():
            value = self._raw.lookup(key)
            if value is not None:
                yield key, self._from_raw(value)

    def __repr__(self) -> str:
        if isinstance(self._raw, _Closed):
            return f"<aiobpf.BpfMap {self.name!r} (closed)>"
        return f"<aiobpf.BpfMap {self.name!r} ({self.type_name}, {self.max_entries} entries)>"
