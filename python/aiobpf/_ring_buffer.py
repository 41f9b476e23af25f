"""Ring buffers as async iterators."""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
import warnings
import weakref
from collections.abc import AsyncIterator, Awaitable
from types import TracebackType
from typing import Any, Generic, Literal, TypeVar, overload

from aiobpf import _aiobpf, _arguments
from aiobpf._aiobpf import Batch
from aiobpf._errors import BpfClosedError, BpfError, BpfNotFoundError
from aiobpf._ledger import Ledger
from aiobpf._map import BpfMap

#: bytes; a ctypes.Structure subclass; a class of event_type(); or the name of a struct in the BTF of the
#: map's object.
EventType = type[bytes] | type[ctypes.Structure] | type[Any] | str

E = TypeVar("E")

#: How many bytes of records may wait for Python, by default.
QUEUE_BYTES = 8 << 20

#: Seconds; event loops count milliseconds in 64 bits.
LONGEST_DRAIN = 1e9

#: Bytes of a MemoryRing, at most: more than any machine has, and far from what overflows.
LARGEST_RING = 1 << 40


class MemoryRing:
    """A ring in this process's own memory, laid out as the kernel's, for programs and tests without BPF.

        ring = aiobpf.MemoryRing(64 * 1024)
        async with aiobpf.BpfRingBuffer(ring) as rb:
            ring.emit(b"...")
            async for event in rb: ...

    size: in bytes, rounded up to a power of two, at least a page.
    Fork: in a child its parent's ring cannot be used; that is a BpfClosedError.
    """

    def __init__(self, size: int) -> None:
        self._raw = _aiobpf.make_memory_ring(_arguments.integer("size", size, 0, LARGEST_RING))

    def emit(self, record: bytes | bytearray | memoryview) -> bool:
        """Emits a record, from any thread. False when there is no room: counted in the ledger."""
        return self._raw.emit(record)


class BpfRingBuffer(Generic[E]):
    """Reads ring buffers: an asynchronous iterator of events, on asyncio and uvloop.

        async with aiobpf.BpfRingBuffer(obj.maps["events"], event_type="exec_event") as rb:
            async for event in rb:
                print(event.pid, event.comm)

    For type checkers it is generic in its events: BpfRingBuffer(map, Event) is a BpfRingBuffer[Event], without an
    event_type a BpfRingBuffer[bytes], and of a type's name a BpfRingBuffer[Any].

    map: a BPF_MAP_TYPE_RINGBUF map, or a MemoryRing; more of them by add(). It is source 0.
    event_type: what an event is. `bytes`; a ctypes.Structure subclass, of which each event is a new instance;
        or the name of a struct in the BTF of the map's object (or a class made by event_type()): an object that
        carries the record inside and reads its fields when asked. A record of another length than the type's
        raises BtfValidationError, and the iteration may go on behind it.
    latency: seconds, the longest time that a record may wait. 0: at once; the traced program then pays for a
        wakeup whenever we have caught up. 0.0002 makes a busy traced program many times cheaper.
    driver: "thread" drains on a C++ thread that never takes the GIL, so that a busy Python costs no kernel
        records; "inline" drains in the loop's own thread, for the lowest latency.
    queue_bytes: how much the thread may hold for Python; beyond it records wait in the kernel's ring.

    Iterating: `async for` ends when the buffer is closed. Breaking out, an exception in the body, cancellation and
    timeouts lose nothing: the next `async for` goes on with the next event. Several tasks may iterate in turn;
    while one waits for an event, another one that would have to wait gets BpfBusyError. An `async for` whose body
    never awaits still lets the loop run, every millisecond.
    Readers: a ring has one. When another one, in any process, takes it over, the first one's next iteration raises
    BpfBusyError, and its other rings are read on.
    Loops: it belongs to the loop that iterates; when that one was closed, another may go on. Where no asyncio loop
    runs, as under trio, iterating is a BpfUnsupportedError.
    Fork: in a child its parent's buffer is closed, and its use a BpfClosedError; the parent streams on. Make a new
        one in the child, from the same map or another; see docs/fork.md.

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
    ) -> None: ...
    def __init__(
        self,
        map: BpfMap | MemoryRing,
        event_type: EventType = bytes,
        *,
        latency: float = 0.0,
        driver: Literal["thread", "inline"] = "thread",
        queue_bytes: int = QUEUE_BYTES,
    ) -> None:
        self._reader: _aiobpf.RecordReader[E] | None = None
        if driver not in ("thread", "inline"):
            raise ValueError(f"driver is 'thread' or 'inline', not {driver!r}")
        latency = _arguments.real("latency", latency, 0, 60)
        queue_bytes = _arguments.integer("queue_bytes", queue_bytes, 1, sys.maxsize)
        self._reader = _aiobpf.make_reader(driver, latency, queue_bytes)
        _made.add(self)
        try:
            self._add(map, event_type)
        except BaseException:
            self._reader.stop()
            raise

    @overload
    def add(self: BpfRingBuffer[bytes], map: BpfMap | MemoryRing) -> int: ...
    @overload
    def add(self, map: BpfMap | MemoryRing, event_type: type[E] | str) -> int: ...
    def add(self, map: BpfMap | MemoryRing, event_type: EventType = bytes) -> int:
        """Reads one more ring; returns its number: 1 for the first that is added. tagged() and batches tell by it
        which ring an event came from. Order is kept within a ring, not between rings; turns are fair.

        Raises as the constructor does, and BpfClosedError.
        """
        return self._add(map, event_type)

    def _add(self, map: BpfMap | MemoryRing, event_type: EventType) -> int:
        reader = self._open()
        if isinstance(map, MemoryRing):
            return _aiobpf.add_memory_ring(reader, map._raw, _class_of(event_type, None))
        if not isinstance(map, BpfMap):
            raise TypeError(f"map is a BpfMap or a MemoryRing, not {type(map).__name__}")
        return _aiobpf.add_ring(reader, map._raw, _counters_of(map), _class_of(event_type, map))

    def __aiter__(self) -> AsyncIterator[E]:
        return self._open().events(self)

    def __anext__(self) -> Awaitable[E]:
        """The next event. When closed, StopAsyncIteration, which `anext(rb, default)` turns into the default."""
        assert self._reader is not None
        return self._reader.events(self)

    async def get(self) -> E:
        """Waits for the next event.

            event = await asyncio.wait_for(rb.get(), timeout=1.0)

        Cancelling it loses nothing. Raises BpfClosedError when the buffer is closed, also while it waits, and
        what iterating raises.
        """
        try:
            return await self._open().events(self)
        except StopAsyncIteration:
            raise BpfClosedError("the ring buffer was closed") from None

    def tagged(self) -> AsyncIterator[tuple[int, E]]:
        """Iterates over events with the number of the source each came from, as add() returned it.

        async for source, event in rb.tagged(): ...
        """
        return self._open().tagged(self)

    def batches(self) -> AsyncIterator[Batch[E]]:
        """Iterates over batches: sequences of the events that were read together.

            async for batch in rb.batches():
                table = numpy.asarray(batch).view(dtype)      # (events, 1): no copy

        A Batch whose records have one length is a strided buffer of unsigned bytes, of the shape
        (events, bytes of an event). `batch.source(i)` and `batch.sources` are the sources of one event and of all.
        Events that an interrupted `async for` left come first. A pickled batch is the list of its events.
        """
        return self._open().batches(self)

    def statistics(self) -> Ledger:
        """Where every record went, so far; after close(), at that moment. Walks over what is unread."""
        assert self._reader is not None
        return Ledger(**self._reader.statistics())

    async def drain(self, deadline: float) -> int:
        """Waits until every record that is in the rings and the queue now was delivered to those who iterate.

            link.detach()                          # no new records
            left = await rb.drain(deadline=5.0)
            rb.close()

        It does not iterate itself. deadline: seconds, up to 1e9.

        Returns how many of them were not delivered: 0, unless the deadline passed or the buffer was closed
        meanwhile; records that came later do not count. Cancelling it changes nothing. Raises BpfClosedError when
        the buffer is closed already.
        """
        deadline = _arguments.real("deadline", deadline, 0, LONGEST_DRAIN)
        reader = self._open()
        done = asyncio.Event()
        number = reader.begin_drain(done.set)
        try:
            async with asyncio.timeout(deadline):
                await done.wait()
        except TimeoutError:
            pass
        finally:
            left = reader.end_drain(number)
        return left

    def close(self) -> None:
        """Ends every iteration, also one that waits. Records in the kernel's ring stay there; those received and
        not handed over are counted as dropped_at_close. Idempotent."""
        if self._reader is not None:
            self._reader.stop()

    async def aclose(self) -> None:
        """The same as close(), for `async with contextlib.aclosing(rb)`."""
        self.close()

    @property
    def closed(self) -> bool:
        return self._reader is None or not self._reader.is_open

    def _open(self) -> _aiobpf.RecordReader[E]:
        if self._reader is None:
            raise BpfClosedError("the ring buffer was not made")
        self._reader.check_open()
        return self._reader

    async def __aenter__(self) -> BpfRingBuffer[E]:
        self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self, _warn: Any = warnings.warn) -> None:
        if getattr(self, "_reader", None) is not None and not self.closed:
            _warn(f"unclosed {self!r}: use `async with`, or close()", ResourceWarning, source=self, stacklevel=2)
            self.close()

    def __repr__(self) -> str:
        return f"<aiobpf.BpfRingBuffer {'closed' if self.closed else 'open'}>"


# A child of fork() closes its copies before anything else runs there. They could not reach the parent anyhow, but a
# loop that the child inherited and closes could, by their descriptors: uvloop takes each out of the epoll instance
# that it shares with the parent's loop.
_made: weakref.WeakSet[BpfRingBuffer[Any]] = weakref.WeakSet()


def _close_inherited() -> None:
    for one in list(_made):
        one.close()


os.register_at_fork(after_in_child=_close_inherited)


def _counters_of(ring: BpfMap) -> _aiobpf.Map | None:
    """The counters that AIOBPF_RING of aiobpf.bpf.h put beside a ring."""
    if ring._owner is None:
        return None
    try:
        return ring._owner.map(f"{ring.name}__ledger")._raw
    except BpfNotFoundError:
        return None


def _class_of(event_type: EventType, map: BpfMap | None) -> type[Any]:
    if not isinstance(event_type, str):
        return event_type
    if map is None or map._owner is None:
        raise BpfError(
            f"event_type={event_type!r} is a name, and there is no object whose BTF could know it: "
            "pass a class, as from aiobpf.open(path).event_type(name)"
        )
    return map._owner.event_type(event_type)
