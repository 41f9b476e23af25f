"""Maps: by raw keys and values, or as Python's types."""

from __future__ import annotations

import errno
import os
import weakref
from collections.abc import ItemsView, Iterable, Iterator, Mapping, MutableMapping, ValuesView
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, overload

from aiobpf import _aiobpf, _arguments, _map_sides
from aiobpf._closed import Closed, closed
from aiobpf._errors import BpfMapError, BpfNotFoundError
from aiobpf._map_types import BPF_ANY, BpfMapType, MapInfo
from aiobpf._map_verbs import KeylessVerbs, PerCpuVerbs

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    # Of a map that is not typed; any bytes-like object will do.
    K = TypeVar("K", default=bytes)
    V = TypeVar("V", default=bytes | list[bytes])
else:
    from typing import TypeVar

    K = TypeVar("K")
    V = TypeVar("V")


AnyType: TypeAlias = type[Any]  # inside of BpfMap, `type` is what type of map it is
ErrorType: TypeAlias = type[BaseException]


class MapOwner(Protocol):
    """What a map asks of the object it came from."""

    def _check_open(self) -> _aiobpf.Object: ...
    def map(self, name: str) -> BpfMap: ...
    def event_type(self, name: str) -> type[Any]: ...


class _Values(ValuesView[V]):
    """Of all entries, many a system call."""

    def __iter__(self) -> Iterator[V]:
        values: Iterator[V] = self._mapping._iterate_values()  # type: ignore[attr-defined]
        return values


class _Items(ItemsView[K, V]):
    """Of all entries, many a system call."""

    def __iter__(self) -> Iterator[tuple[K, V]]:
        items: Iterator[tuple[K, V]] = self._mapping._iterate_items()  # type: ignore[attr-defined]
        return items


_MISSING: Any = object()


class BpfMap(PerCpuVerbs[K, V], KeylessVerbs[K, V], MutableMapping[K, V]):
    """A map of a loaded object, or one that create_map() or open_pinned_map() gave, by the mapping protocol.

        counts = obj.maps["counts"]
        counts[struct.pack("I", 7)] = struct.pack("Q", 0)    # bytes in, bytes out
        counts = counts.typed()                              # as its BTF says, or as typed() is told
        counts[7] = 0
        for key, value in counts.items(): ...

    In per-CPU maps a value is a list, one for each possible CPU, in order; `sum()` adds them up. A missing key is a
    KeyError (BpfNotFoundError). Going through a map reads many entries a system call, and an entry that stays is
    given once, whatever is added and removed meanwhile. Queues, stacks and bloom filters have no keys: `push()`,
    `peek()`, `pop()`, `may_contain()`. Where values are maps, programs or sockets, one of these is assigned, or
    its descriptor's bytes. Keys of storages are sockets, inodes, processes (pidfd) or control groups likewise.
    """

    def __init__(
        self,
        raw: _aiobpf.Map,
        owner: MapOwner | None = None,
        key: _aiobpf.Codec | None = None,
        value: _aiobpf.Codec | None = None,
    ) -> None:
        self._raw = raw
        self._owner = owner
        self._name = raw.name
        self._pin_path: str | bytes | None = None
        self._views: weakref.WeakSet[BpfMap[Any, Any]] = weakref.WeakSet()
        sides = _map_sides.Sides(raw)
        _aiobpf.init_map_view(self, raw, key or sides.raw_key(), value or sides.raw_value())

    # --- what it is

    @property
    def name(self) -> str:
        """As the object calls it; of others the kernel's, which is cut after 15 characters."""
        return self._name

    @property
    def type(self) -> BpfMapType:
        """As in `BpfMapType.HASH`; its `name` is "HASH"."""
        return BpfMapType(self._raw.type)

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
    def info(self) -> MapInfo:
        """All of these together."""
        return MapInfo(self.name, self.type, self.key_size, self.value_size, self.max_entries)

    @property
    def id(self) -> int:
        """The kernel's number of it, which `open_map_by_id()` takes."""
        return self._raw.id

    @property
    def fd(self) -> int:
        """The map's descriptor; the map's own, do not close it."""
        return self._raw.fd

    @property
    def is_percpu(self) -> bool:
        """Whether every CPU has its own value."""
        return self._raw.is_per_cpu

    @property
    def is_standalone(self) -> bool:
        """Whether it came from no object."""
        return self._owner is None

    @property
    def pin_path(self) -> str | bytes | None:
        """Where pin() has pinned it, or where it was opened; else None."""
        return self._pin_path

    def _btf(self) -> tuple[_aiobpf.Type | None, _aiobpf.Type | None]:
        """Of keys and values; None: it does not say."""
        if self._owner is None:
            return self._raw.types
        return _aiobpf.map_types_of(self._owner._check_open(), _arguments.text("name", self._name))

    # --- types

    def typed(
        self,
        key_format: str | None = None,
        value_format: str | None = None,
        key_type: AnyType | None = None,
        value_type: AnyType | None = None,
        *,
        key: AnyType | None = None,
        value: AnyType | None = None,
        validate_field_names: bool = True,
    ) -> BpfMap[Any, Any]:
        """The same map, with keys and values of Python's types.

            obj.maps["counts"].typed()                                  # as its BTF says
            obj.maps["counts"].typed(key_format="I", value_format="Q")  # as struct says
            obj.maps["config"].typed(key=ctypes.c_uint32, value=Config) # as ctypes says, checked against BTF

        key_format, value_format: struct formats; one field is its value, several are a tuple.
        key, value (also key_type, value_type): int, bool, float, bytes, str (of a char array), or a ctypes type.
        validate_field_names: compare fields with BTF by their names; else in their order.

        A side that is not said is as BTF says it: numbers, bool, enums, arrays (tuples), char arrays (bytes), structs
        and unions (events: fields by name). They are set from numbers, names of enumerators, sequences, bytes or
        str, and dicts of fields or events.

        Raises BtfValidationError (a ValueError: sizes, offsets or names that do not fit, with `suggestions`; no BTF
        says the type), TypeError (two ways for one side).
        """
        sides = _map_sides.Sides(self._raw, self._btf, _arguments.boolean("validate_field_names", validate_field_names))
        all_by_btf = all(one is None for one in (key_format, value_format, key_type, value_type, key, value))
        codecs = (
            sides.codec("key", key_format, key_type, key, all_by_btf),
            sides.codec("value", value_format, value_type, value, all_by_btf),
        )
        view: BpfMap[Any, Any] = BpfMap(self._raw, self._owner, *codecs)
        view._pin_path = self._pin_path
        self._views.add(view)
        return view

    @property
    def raw(self) -> BpfMap:
        """The same map, with bytes as keys and values."""
        view = BpfMap(self._raw, self._owner)
        self._views.add(view)
        return view

    # --- entries

    def get(self, key: K, default: Any = None) -> Any:
        """The value, or `default` when the map has no such key.

        counts.get(7, 0)
        """
        return self.lookup(key, default)

    @overload  # type: ignore[override]
    def update(self, key: K, value: V, flags: int = BPF_ANY) -> None: ...
    @overload
    def update(self, entries: Mapping[K, V] | Iterable[tuple[K, V]], /) -> None: ...
    def update(self, key: Any, value: Any = _MISSING, flags: int = BPF_ANY) -> None:
        """update(key, value, flags): sets a value; BPF_NOEXIST, BPF_EXIST say what has to be there before.
        update(entries): sets many, from a mapping or pairs, as update_many() does.

        Raises BpfMapError (errno E2BIG: it is full; EEXIST, ENOENT by `flags`).
        """
        if value is _MISSING:
            self.update_many(key)
        else:
            self._set(key, value, flags)

    def update_many(self, entries: Mapping[K, V] | Iterable[tuple[K, V]]) -> None:
        """Sets many values in one system call. Raises BpfMapError; its message says how many were set before it.

        counts.update_many({1: 10, 2: 20})
        """
        self._set_many(list(entries.items() if isinstance(entries, Mapping) else entries))

    def lookup_and_delete(self, key: K) -> V:
        """Removes a key and gives its value, in one step. Kernel 5.14. Raises BpfNotFoundError, BpfMapError.

        counts.lookup_and_delete(7)
        """
        value, was_there = self._take(key)
        if not was_there:
            raise BpfNotFoundError(f"map {self.name}: no key {key!r}")
        return value

    def pop(self, key: Any = _MISSING, default: Any = _MISSING) -> Any:
        """pop(key[, default]): removes a key and gives its value.
        pop(): of a queue or stack, removes the next value; None when it is empty.
        """
        if key is _MISSING:
            return self._pop()[0]
        try:
            value, was_there = self._take(key)
        except BpfMapError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
                raise
            value = self.lookup(key, _MISSING)  # this type of map, or this kernel, takes two steps
            was_there = value is not _MISSING and self.delete(key)
        if was_there:
            return value
        if default is _MISSING:
            raise BpfNotFoundError(f"map {self.name}: no key {key!r}")
        return default

    def clear(self) -> None:
        """Removes all that is there. Raises BpfMapError (an array's elements cannot be removed).

        counts.clear()
        """
        self._clear()

    def values(self) -> ValuesView[V]:
        """Of all entries, many a system call.

        sum(counts.values())
        """
        return _Values(self)

    def items(self) -> ItemsView[K, V]:
        """Keys and values, many a system call; an entry that stays is given once.

        for key, value in counts.items(): ...
        """
        return _Items(self)

    # --- its life

    def freeze(self) -> None:
        """From now on user space cannot set values; programs can. Kernel 5.2. Raises BpfMapError.

        config.freeze()
        """
        self._raw.freeze()

    @property
    def is_frozen(self) -> bool:
        """Whether user space cannot set its values any more."""
        return self._raw.is_frozen

    def pin(self, path: _arguments.Path) -> None:
        """Keeps it in a BPF file system, after this process too; open_pinned_map() opens it.

        obj.maps["counts"].pin("/sys/fs/bpf/counts")

        Raises BpfMapError (EEXIST; not on a BPF file system: what to mount), BpfPermissionError.
        """
        self._raw.pin(_arguments.path(path))
        self._pin_path = os.fspath(path)

    def unpin(self, path: _arguments.Path | None = None) -> None:
        """Removes a pin of it: the one that pin() made, or the one there. Raises BpfMapError (another map is pinned
        there; ENOENT), ValueError (it was not pinned here, and no path is given).

        counts.unpin()
        """
        place = self._pin_path if path is None else path
        if place is None:
            raise ValueError(f"map {self.name} was not pinned by pin(): give the path")
        self._raw.unpin(_arguments.path(place))
        if path is None or os.fspath(path) == self._pin_path:
            self._pin_path = None

    def close(self) -> None:
        """Closes a map that came from no object; using it is a BpfClosedError then. Idempotent. An object's maps are
        closed with it.

        counts.close()
        """
        if self._owner is None:
            self._close()

    def _close(self) -> None:
        for view in self._views:
            view._close()
        self._raw = closed(f"map {self._name}")
        self._close_view()

    def __enter__(self) -> BpfMap[K, V]:
        return self

    def __exit__(self, kind: ErrorType | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __eq__(self, other: object) -> bool:
        return self is other  # two maps with equal contents are still two maps

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        if isinstance(self._raw, Closed):
            return f"<aiobpf.BpfMap {self.name!r} (closed)>"
        return f"<aiobpf.BpfMap {self.name!r} ({self.type_name}, {self.max_entries} entries)>"
