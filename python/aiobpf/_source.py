"""What streams read: maps and rings, as native sources and the classes of their events."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any

from aiobpf import _aiobpf
from aiobpf._dtype import LazyDtype
from aiobpf._errors import BpfError
from aiobpf._map import BpfMap
from aiobpf._memory_ring import MemoryRing
from aiobpf._record_types import Discriminator, record_types

#: Bytes of a perf buffer for each CPU, by default.
PERF_BYTES = 64 * 4096


def make_source(map: BpfMap | MemoryRing, decoder: type[Any] | _aiobpf.RecordTypes) -> _aiobpf.Source:
    """A native source of a map, with the counters that AIOBPF_RING put beside it, or of a ring in memory.

    Raises BpfMapError (neither a ring buffer nor a perf buffer), BpfPermissionError, BpfClosedError.
    """
    if isinstance(map, MemoryRing):
        return _aiobpf.memory_source(map._raw)
    if not isinstance(map, BpfMap):
        raise TypeError(f"map is a BpfMap or a MemoryRing, not {type(map).__name__}")
    if map.type_name == "perf_event_array":
        return make_perf_source(map, decoder)[0]
    return _aiobpf.ring_source(map._raw, None if map._owner is None else map._owner._check_open())


def decoder_of(
    event_type: Any, discriminator: Discriminator | None, map: BpfMap | MemoryRing
) -> type[Any] | _aiobpf.RecordTypes:
    """What the module decodes a map's records by."""
    if isinstance(event_type, Mapping):
        return record_types(event_type, discriminator, lambda one: class_of(one, map))
    if discriminator is not None:
        raise TypeError("discriminator goes with event_type={tag: type, ...}")
    return class_of(event_type, map)


def make_perf_source(
    map: BpfMap, decoder: type[Any] | _aiobpf.RecordTypes, size: int = PERF_BYTES
) -> tuple[_aiobpf.Source, _aiobpf.PerfLosses]:
    """A native source of a perf buffer of `size` bytes for each CPU; and what its records say was lost.

    Raises BpfMapError (not a perf buffer), BpfPermissionError, BpfClosedError.
    """
    return _aiobpf.perf_source(map._raw, size, _sizes_of(decoder))


def _sizes_of(decoder: type[Any] | _aiobpf.RecordTypes) -> tuple[int, ...]:
    """Bytes of the events, to which records that the kernel padded are cut. Those of any length are not named."""
    classes = [decoder] if isinstance(decoder, type) else [one for _tag, _name, one in decoder[2] if one is not None]
    sizes = set()
    for one in classes:
        if issubclass(one, ctypes.Structure):
            sizes.add(ctypes.sizeof(one))
        elif isinstance(dtype := vars(one).get("dtype"), LazyDtype):
            sizes.add(dtype.described.size)
    return tuple(sizes)


def class_of(event_type: type[Any] | str, map: BpfMap | MemoryRing) -> type[Any]:
    """The class of a map's events: event_type itself, or the one of that name in the BTF of the map's object."""
    if not isinstance(event_type, str):
        return event_type
    if isinstance(map, MemoryRing) or map._owner is None:
        raise BpfError(
            f"event_type={event_type!r} is a name, and there is no object whose BTF could know it: "
            "pass a class, as from aiobpf.open(path).event_type(name)"
        )
    return map._owner.event_type(event_type)
