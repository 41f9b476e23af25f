"""Maps without an object: made, pinned ones opened, by number."""

from __future__ import annotations

import os
import re
from typing import Any

from aiobpf import _aiobpf, _arguments, _ctypes_type
from aiobpf._map import BpfMap
from aiobpf._map_types import BpfMapType


def _map_name(name: str) -> bytes:
    encoded = _arguments.text("name", name)
    if not re.fullmatch(rb"[A-Za-z0-9_.]*", encoded):
        raise ValueError(f"name is letters, digits, '_' and '.', not {name!r}")
    return encoded


def create_map(
    type: BpfMapType | int | str,
    *,
    name: str = "",
    key: type[Any] | None = None,
    value: type[Any] | None = None,
    key_size: int = 0,
    value_size: int = 0,
    max_entries: int = 0,
    flags: int = 0,
    inner: BpfMap[Any, Any] | None = None,
    extra: int = 0,
    numa_node: int | None = None,
) -> BpfMap[Any, Any]:
    """Makes a map without any program.

        counts = aiobpf.create_map("hash", name="counts", key=ctypes.c_uint32, value=Stats, max_entries=1024)
        counts[7] = Stats()
        plain = aiobpf.create_map("hash", key_size=4, value_size=8, max_entries=1024)    # bytes in, bytes out

    type: BpfMapType.HASH, its number, or its name, as in "lru_hash".
    name: letters, digits, "_" and "."; the kernel keeps 15. Without one it is called as its type.
    key, value: types of ctypes: the map is made with BTF that says them, and is typed. Or key_size, value_size: bytes.
    max_entries: entries; of a ring, bytes. flags: BPF_F_*.
    inner: of a map of maps, one like those that it will hold.
    extra: of a bloom filter, how many hash functions; of an arena, its address.

    Raises BpfMapError (the kernel refuses this combination), BpfPermissionError, ValueError, TypeError.
    """
    types = [None if one is None else _described(side, one) for side, one in (("key", key), ("value", value))]
    without_btf = None in types  # the kernel takes both or none
    kind = _type_of(type)
    made = _aiobpf.create_map(
        int(kind),
        _map_name(name or kind.name.lower()),
        _size("key_size", key_size, types[0]),
        _size("value_size", value_size, types[1]),
        _arguments.integer("max_entries", max_entries, 0, 2**32 - 1),
        _arguments.integer("flags", flags, 0, 2**32 - 1),
        None if without_btf else types[0],
        None if without_btf else types[1],
        None if inner is None else inner._raw,
        _arguments.integer("extra", extra, 0, 2**64 - 1),
        -1 if numa_node is None else _arguments.integer("numa_node", numa_node, 0, 2**31 - 1),
    )
    plain: BpfMap[Any, Any] = BpfMap(made)
    return plain if key is None and value is None else plain.typed(key=key, value=value)


def _described(side: str, given: type[Any]) -> _aiobpf.Type:
    if not _ctypes_type.is_ctypes(given):
        raise TypeError(f"{side} is a type of ctypes, which says its size, not {given!r}")
    return _ctypes_type.to_type(given)


def _size(name: str, given: int, described: _aiobpf.Type | None) -> int:
    size = _arguments.integer(name, given, 0, 2**32 - 1)
    if described is None:
        return size
    if size not in (0, described.size):
        raise ValueError(f"{name} is {size}, and its type has {described.size} bytes")
    return described.size


def _type_of(given: BpfMapType | int | str) -> BpfMapType:
    if not isinstance(given, str):
        return BpfMapType(_arguments.integer("type", given, 0, 2**32 - 1))
    try:
        return BpfMapType[given.upper().removeprefix("BPF_MAP_TYPE_")]
    except KeyError:
        names = ", ".join(one.name.lower() for one in BpfMapType)
        raise ValueError(f"there is no type of map {given!r}; there are {names}") from None


def open_pinned_map(
    path: _arguments.Path, key_type: type[Any] | None = None, value_type: type[Any] | None = None
) -> BpfMap[Any, Any]:
    """The map that is pinned there; with types, typed as by typed(key=key_type, value=value_type).

        with aiobpf.open_pinned_map("/sys/fs/bpf/counts").typed() as counts:
            counts[7]

    Raises BpfMapError (ENOENT; it is a program or a link), BpfPermissionError, and what typed() raises.
    """
    made: BpfMap[Any, Any] = BpfMap(_aiobpf.open_pinned_map(_arguments.path(path)))
    made._pin_path = os.fspath(path)
    if key_type is None and value_type is None:
        return made
    return made.typed(key=key_type, value=value_type)


def open_map_by_id(id: int) -> BpfMap[Any, Any]:
    """The map of that number (BpfMap.id), as long as anything holds it. Needs CAP_SYS_ADMIN.

        aiobpf.open_map_by_id(counts.id).name

    Raises BpfMapError (ENOENT), BpfPermissionError.
    """
    return BpfMap(_aiobpf.open_map_by_id(_arguments.integer("id", id, 0, 2**32 - 1)))


def possible_cpus() -> int:
    """How many CPUs there may be: as many values has a key of a per-CPU map.

    counts[key] = [0] * aiobpf.possible_cpus()
    """
    return _aiobpf.possible_cpus()
