"""Maps and records: BPFMap, PinnedBPFMap, BPFRecord."""

from __future__ import annotations

import os
from typing import Any

from aiobpf import BpfUserRing, _aiobpf
from aiobpf._errors import BpfError, BtfValidationError
from aiobpf._map import BpfMap
from aiobpf._map_types import BpfMapType
from aiobpf._record import BpfRecord, Template, template_of

KEY = 0
VALUE = 1

Path = str | bytes

_WITHOUT_ELEMENTS = (BpfMapType.RINGBUF, BpfMapType.USER_RINGBUF)


class BPFRecord(BpfRecord):
    """As aiobpf.BpfRecord; what cannot be packed is None."""

    def pack(self, arg: Any) -> Any:
        try:
            return super().pack(arg)
        except BtfValidationError:
            return None


def _ascii(name: Path) -> str:
    return name.decode("ascii") if isinstance(name, bytes) else name


class BPFMap:
    """BPFMap(fd, map_type, name, key_size, value_size, max_entries): a map by its descriptor, which it takes over; with
    create=True one is made, and `fd` does not matter.

    Raises ValueError (no descriptor, or the kernel makes no such map).
    """

    def __init__(
        self,
        fd: int,
        map_type: int,
        name: Path,
        key_size: int,
        value_size: int,
        max_entries: int,
        create: bool = False,
        btf_params: Any = None,
    ) -> None:
        if create:
            sizes = (key_size, value_size, max_entries)
            try:
                raw = _aiobpf.create_map(map_type, _ascii(name).encode(), *sizes, 0, None, None, None, 0, -1)
            except BpfError as error:
                raise ValueError(str(error)) from error
        elif fd < 0:
            raise ValueError("a map's descriptor is not negative")
        else:
            raw = _aiobpf.map_of_descriptor(fd, _ascii(name or b"").encode())
        self._take_over(raw, btf_params)

    def _take_over(self, raw: _aiobpf.Map, btf_params: Any) -> None:
        self._raw = raw
        self._map: BpfMap[Any, Any] = BpfMap(raw)
        self.btf_params = btf_params
        self.parsers: list[Any] = [None, None]
        self.rb: Any = None

    fd = property(lambda self: self._raw.fd)
    keysize = property(lambda self: self._raw.key_size)
    valuesize = property(lambda self: self._raw.value_size)
    map_type = property(lambda self: int(self._raw.type))
    max_entries = property(lambda self: self._raw.max_entries)

    def _check_elements(self) -> None:
        if self.map_type in _WITHOUT_ELEMENTS:
            raise ValueError("a ring has no elements: use fetch_next() or submit()")

    # --- records

    def generate_parsers(self, key_pinfo: Template, value_pinfo: Template) -> None:
        """From now on keys and values may be dicts or lists, by these templates (or None)."""
        self.parsers = [None if one is None else BPFRecord(one) for one in (key_pinfo, value_pinfo)]

    def generate_parsers_from_btf(self, path: Path = "/sys/kernel/btf/vmlinux") -> None:
        """By the types that the map was made with. Raises ValueError (it was made without)."""
        types = self._raw.types
        if types == (None, None):
            raise ValueError(f"the map {self._raw.name} was made without BTF")
        self.generate_parsers(*(None if one is None else template_of(one) for one in types))

    def convert(self, value: Any, parser: int) -> Any:
        """To bytes: str is ASCII, dicts and lists go by the parser. Raises ValueError (there is none)."""
        if isinstance(value, str):
            return value.encode("ascii")
        if not isinstance(value, dict | list):
            return value
        its = self.parsers[parser]
        if its is None:
            raise ValueError("no parser for a dict or list: generate_parsers() makes them")
        packed = its.pack(value)
        if packed is None:
            raise ValueError(f"{value!r} does not fit {its.template!r}")
        return packed

    def _parsed(self, value: Any, parser: int = VALUE) -> Any:
        return None if value is None or self.parsers[parser] is None else self.parsers[parser].unpack(value)

    def _sized(self, given: Any, parser: int) -> bytes:
        data = bytes(self.convert(given, parser))
        size = self.keysize if parser == KEY else self._raw.value_bytes
        if len(data) != size:
            raise ValueError(f"a {'key' if parser == KEY else 'value'} has {size} bytes, not {len(data)}")
        return data

    # --- elements

    def lookup_elem(self, key: Any, want_parsed: bool = False) -> Any:
        """The value, as a dict when it is wanted; None when there is none. Raises ValueError."""
        self._check_elements()
        try:
            value = self._joined(self._map.lookup(self._sized(key, KEY)))
        except BpfError:
            return None
        return self._parsed(value) if want_parsed else value

    def _joined(self, value: Any) -> Any:
        """Of a per-CPU map the bytes of all CPUs, each padded to 8 bytes."""
        if not isinstance(value, list):
            return value
        padded = (self.valuesize + 7) // 8 * 8
        return b"".join(one.ljust(padded, b"\0") for one in value)

    def _split(self, value: bytes) -> Any:
        if not self._raw.is_per_cpu:
            return value
        padded = (self.valuesize + 7) // 8 * 8
        return [value[at : at + self.valuesize] for at in range(0, len(value), padded)]

    def update_elem(self, key: Any, value: Any) -> bool:
        """Whether the kernel took it. Raises ValueError."""
        self._check_elements()
        try:
            self._map[self._sized(key, KEY)] = self._split(self._sized(value, VALUE))
        except BpfError:
            return False
        return True

    def delete(self, key: Any) -> bool:
        """Whether it was there. Raises ValueError."""
        self._check_elements()
        try:
            return self._map.delete(self._sized(key, KEY))
        except BpfError:
            return False

    def lookup_and_delete(self, key: Any, want_parsed: bool = False) -> Any:
        """The value, which is removed; None when there was none. Raises ValueError."""
        self._check_elements()
        try:
            value = self._joined(self._map.pop(self._sized(key, KEY), None))
        except BpfError:
            return None
        return self._parsed(value) if want_parsed else value

    def get_next_key(self, key: Any = None) -> Any:
        """The key behind that one, or the first; None at the end. Raises ValueError."""
        self._check_elements()
        try:
            return self._raw.next_key(None if key is None else self._sized(key, KEY))
        except BpfError:
            return None

    # --- rings

    def fetch_next(self, want_parsed: bool = False) -> list[Any]:
        """What is in the ring, without waiting. Raises ValueError (it is not a ring)."""
        if self.map_type != BpfMapType.RINGBUF:
            raise ValueError("this map is not a ring")
        if self.rb is None:
            self.rb = _aiobpf.ring_drainer(self._raw)
        records: list[Any] = self.rb.drain()
        return [self._parsed(one) for one in records] if want_parsed else records

    def submit(self, value: Any) -> bool:
        """Puts a record into a user ring; False when it has no room. Raises ValueError (it is not one)."""
        if self.map_type != BpfMapType.USER_RINGBUF:
            raise ValueError("this map is not a user ring")
        if self.rb is None:
            self.rb = BpfUserRing(self._map)
        return bool(self.rb.submit(bytes(self.convert(value, VALUE))))

    def pin_map(self, pathname: Path) -> bool:
        """Whether it is pinned there now."""
        try:
            self._raw.pin(os.fsencode(pathname))
        except BpfError:
            return False
        return True


class PinnedBPFMap(BPFMap):
    """PinnedBPFMap(pathname): the map that is pinned there. Its sizes are the kernel's, whatever is given.

    Raises ValueError (there is none).
    """

    def __init__(
        self,
        pathname: Path,
        map_type: int | None = None,
        name: Path | None = None,
        key_size: int | None = None,
        value_size: int | None = None,
        max_entries: int | None = None,
        btf_params: Any = None,
    ) -> None:
        try:
            raw = _aiobpf.open_pinned_map(os.fsencode(pathname))
        except BpfError as error:
            raise ValueError(str(error)) from error
        self._take_over(raw, btf_params)


__all__ = ["KEY", "VALUE", "BPFMap", "BPFRecord", "PinnedBPFMap"]
