"""Ring buffers as async iterators."""

from __future__ import annotations

from typing import Any, Literal, overload

from aiobpf._map import BpfMap
from aiobpf._memory_ring import MemoryRing
from aiobpf._polling import Wake
from aiobpf._record_types import Discriminator
from aiobpf._stream import QUEUE_BYTES, E, EventType, EventTypes, Stream


class BpfRingBuffer(Stream[E]):
    """A ring buffer as an asynchronous iterator of events: a Stream that is made with its first source.

        async with aiobpf.BpfRingBuffer(obj.maps["events"], event_type="exec_event") as rb:
            async for event in rb:
                print(event.pid, event.comm)

    For type checkers it is generic in its events: BpfRingBuffer(map, Event) is a BpfRingBuffer[Event], without an
    event_type a BpfRingBuffer[bytes], and of a type's name a BpfRingBuffer[Any].

    map, event_type, discriminator: as Stream.add(). It is source 0; more of them by add().
    latency, driver, queue_bytes, wake: as Stream().

    Raises BpfMapError (not a ring buffer), BpfPermissionError, TypeError (event_type), BpfNotFoundError.
    """

    @overload
    def __init__(
        self: BpfRingBuffer[bytes],
        map: BpfMap | MemoryRing,
        event_type: type[bytes] = ...,
        *,
        latency: float = ...,
        driver: Literal["thread", "inline"] = ...,
        queue_bytes: int = ...,
        wake: Wake = ...,
    ) -> None: ...
    @overload
    def __init__(
        self,
        map: BpfMap | MemoryRing,
        event_type: type[E],
        *,
        latency: float = ...,
        driver: Literal["thread", "inline"] = ...,
        queue_bytes: int = ...,
        wake: Wake = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: BpfRingBuffer[Any],
        map: BpfMap | MemoryRing,
        event_type: str,
        *,
        latency: float = ...,
        driver: Literal["thread", "inline"] = ...,
        queue_bytes: int = ...,
        wake: Wake = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: BpfRingBuffer[Any],
        map: BpfMap | MemoryRing,
        event_type: EventTypes,
        *,
        discriminator: Discriminator,
        latency: float = ...,
        driver: Literal["thread", "inline"] = ...,
        queue_bytes: int = ...,
        wake: Wake = ...,
    ) -> None: ...
    def __init__(
        self,
        map: BpfMap | MemoryRing,
        event_type: EventType | EventTypes = bytes,
        *,
        discriminator: Discriminator | None = None,
        latency: float = 0.0,
        driver: Literal["thread", "inline"] = "thread",
        queue_bytes: int = QUEUE_BYTES,
        wake: Wake = None,
    ) -> None:
        super().__init__(latency=latency, driver=driver, queue_bytes=queue_bytes, wake=wake)
        try:
            self._add(map, event_type, discriminator)
        except BaseException:
            self.close()
            raise
