"""Streams of events from many sources, as async iterators."""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
import warnings
import weakref
from collections.abc import AsyncIterator, Awaitable, Mapping
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeVar, overload

from aiobpf import _aiobpf, _arguments
from aiobpf._aiobpf import Batch
from aiobpf._errors import BpfClosedError
from aiobpf._ledger import Ledger
from aiobpf._map import BpfMap
from aiobpf._memory_ring import MemoryRing
from aiobpf._polling import Wake, to_times
from aiobpf._record_types import Discriminator
from aiobpf._source import decoder_of, make_source

#: bytes; a ctypes.Structure subclass; a class of event_type(); or the name of a struct in the BTF of the
#: map's object.
EventType = type[bytes] | type[ctypes.Structure] | type[Any] | str

#: By tag; None skips the records of a tag, and the key None has what fits no type (bytes).
EventTypes = Mapping[Any, EventType | None]

E = TypeVar("E")

#: How many bytes of records may wait for Python, by default.
QUEUE_BYTES = 8 << 20

#: Seconds; event loops count milliseconds in 64 bits.
LONGEST_DRAIN = 1e9

#: Sources are numbered with 32 bits.
LARGEST_NUMBER = (1 << 32) - 1

#: Seconds that a record may wait, at most.
LONGEST_LATENCY = 60


class Stream(Generic[E]):
    """Events of many sources, on asyncio and uvloop.

        async with aiobpf.Stream(latency=0.001) as s:
            s.add(obj.maps["execs"], "exec_event")
            exits = s.add(obj.maps["exits"], "exit_event", latency=0)
            async for source, event in s.tagged():
                print("exit" if source == exits else "exec", event.pid)

    BpfRingBuffer is a Stream that is made with its first source. For type checkers it is generic in its events.

    latency: seconds, the longest time that a record may wait. 0: at once; the traced program then pays for a
        wakeup whenever we have caught up. 0.0002 makes a busy traced program many times cheaper.
    wake: "poll" looks for records without waiting, for those who give a processor: they are there in less than a
        microsecond, and the traced program pays for no wakeup. After 10 ms without one it waits; aiobpf.Polling says
        otherwise. With driver="thread" the thread is the stream's own then.
    driver: "thread" drains on a C++ thread that never takes the GIL, so that a busy Python costs no kernel
        records; all streams of the process share it. "inline" drains in the loop's own thread, for the lowest latency.
    queue_bytes: how much may wait for Python with driver="thread"; beyond it records wait in the kernel's ring.

    Iterating: `async for` ends when the stream is closed, or when every source has ended. Breaking out, an exception
    in the body, cancellation and timeouts lose nothing: the next `async for` goes on with the next event. Several tasks
    may iterate in turn; while one waits for an event, another one that would have to wait gets BpfBusyError. An
    `async for` whose body never awaits still lets the loop run, every millisecond.
    Sources: any number, added and removed at any time; what a turn costs depends on those that have records, not on how
    many there are. Turns are fair; order is kept within a source, not between sources.
    Readers: a ring has one. When another one, in any process, takes it over, the first one's next iteration raises
    BpfBusyError, and its other sources are read on.
    Loops: it belongs to the loop that iterates; when that one was closed, another may go on. Where no asyncio loop
    runs, as under trio, iterating is a BpfUnsupportedError.
    Fork: in a child its parent's stream is closed, and its use a BpfClosedError; the parent streams on. Make a new
        one in the child, from the same map or another; see docs/fork.md.
    """

    def __init__(
        self,
        *,
        latency: float = 0.0,
        driver: Literal["thread", "inline"] = "thread",
        queue_bytes: int = QUEUE_BYTES,
        wake: Wake = None,
    ) -> None:
        self._reader: _aiobpf.RecordReader[E] | None = None
        if driver not in ("thread", "inline"):
            raise ValueError(f"driver is 'thread' or 'inline', not {driver!r}")
        latency = _arguments.real("latency", latency, 0, LONGEST_LATENCY)
        queue_bytes = _arguments.integer("queue_bytes", queue_bytes, 1, sys.maxsize)
        self._reader = _aiobpf.make_reader(driver, latency, queue_bytes, to_times(wake))
        self._tags: dict[int, tuple[Any, ...]] = {}
        _made.add(self)

    @overload
    def add(
        self: Stream[bytes],
        map: BpfMap | MemoryRing,
        *,
        name: str = ...,
        latency: float | None = ...,
        wake: Wake = ...,
    ) -> int: ...
    @overload
    def add(
        self,
        map: BpfMap | MemoryRing,
        event_type: type[E] | str,
        *,
        name: str = ...,
        latency: float | None = ...,
        wake: Wake = ...,
    ) -> int: ...
    @overload
    def add(
        self,
        map: BpfMap | MemoryRing,
        event_type: EventTypes,
        *,
        discriminator: Discriminator,
        name: str = ...,
        latency: float | None = ...,
        wake: Wake = ...,
    ) -> int: ...
    def add(
        self,
        map: BpfMap | MemoryRing,
        event_type: EventType | EventTypes = bytes,
        *,
        discriminator: Discriminator | None = None,
        name: str = "",
        latency: float | None = None,
        wake: Wake = None,
    ) -> int:
        """Reads one more source; returns its number, from 0 on, which is never used again. tagged() and batches tell by
        it where an event came from.

            number = s.add(obj.maps["events"], "exec_event", name="execs", latency=0.001)

        map: a BPF_MAP_TYPE_RINGBUF or a BPF_MAP_TYPE_PERF_EVENT_ARRAY map, or a MemoryRing.
        event_type: what an event is. `bytes`; a ctypes.Structure subclass, of which each event is a new instance;
            or the name of a struct in the BTF of the map's object (or a class made by event_type()): an object that
            carries the record inside and reads its fields when asked. A record of another length than the type's
            raises BtfValidationError, and the iteration may go on behind it.
            Or a dict of those by tag, for rings with records of several types:
            `event_type={1: "exec_event", 2: "exit_event"}, discriminator="kind"`. None skips the records of a tag. What
            has another tag, or another length than its type, is not handed over: it is counted as unknown_type,
            too_short or too_long; or, with `None: bytes` in the dict, handed over as bytes.
        discriminator: the field that has the tag, at one place in all types: its name, with dots into nested structs,
            or (offset, size) in bytes.
        name: what messages call it; by default the map's name.
        latency, wake: as the stream's, for this source.

        Raises BpfMapError (neither a ring buffer nor a perf buffer), BpfPermissionError, TypeError and ValueError
        (event_type, discriminator), BpfNotFoundError, BpfClosedError.
        """
        return self._add(map, event_type, discriminator, name, latency, wake)

    def _add(
        self,
        map: BpfMap | MemoryRing,
        event_type: EventType | EventTypes,
        discriminator: Discriminator | None,
        name: str = "",
        latency: float | None = None,
        wake: Wake = None,
    ) -> int:
        reader = self._open()
        called = _arguments.text("name", name)
        if latency is not None:
            latency = _arguments.real("latency", latency, 0, LONGEST_LATENCY)
        decoder = decoder_of(event_type, discriminator, map)
        poll = to_times(wake)
        number = _aiobpf.add_source(reader, make_source(map, decoder), decoder, called, latency, poll)
        if isinstance(event_type, Mapping):
            self._tags[number] = tuple(tag for tag in event_type if tag is not None)
        return number

    def remove(self, source: int) -> None:
        """Ends a source, by the number that add() returned. Its unread records stay in its ring; those that were
        received are handed over still, and its counts stay part of the total.

            s.remove(number)

        Raises BpfNotFoundError when there is no such source, BpfClosedError.
        """
        _aiobpf.remove_source(self._open(), _arguments.integer("source", source, 0, LARGEST_NUMBER))

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
            raise BpfClosedError("the stream was closed") from None

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

    def statistics(self, source: int | None = None) -> Ledger:
        """Where every record went, so far; after close(), at that moment.

            print(s.statistics().received, s.statistics().lost())

        source: the number of one; by default the sum of all, also of those that were removed. Makes no system call for
        rings that count (AIOBPF_RING). Raises BpfNotFoundError when there is no such source.
        """
        assert self._reader is not None
        return Ledger(**self._reader.statistics(_source_number(source)))

    def verify(self, source: int | None = None) -> Ledger:
        """As statistics(), with `unread` found by looking at each record that is there, 1 to 5 ns each, and `missed`
        asked of the kernel: that its second sum holds, balances(), is a proof.

        assert s.verify().balances()
        """
        assert self._reader is not None
        return Ledger(**self._reader.verify(_source_number(source)))

    def count_types(self, source: int = 0) -> dict[Any, int]:
        """How many records of a source came, by tag, of those that its event_type names.

            s.count_types(number)      # {1: 1024, 2: 17}

        Raises BpfNotFoundError when there is no such source, or it has one type only.
        """
        assert self._reader is not None
        counts = self._reader.count_types(_arguments.integer("source", source, 0, LARGEST_NUMBER))
        return dict(zip(self._tags[source], counts, strict=True))

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
        not handed over are counted as dropped_at_close. Idempotent.

        rb.close()
        """
        if self._reader is not None:
            self._reader.stop()

    async def aclose(self) -> None:
        """The same as close(), for `async with contextlib.aclosing(rb)`.

        await rb.aclose()
        """
        self.close()

    @property
    def closed(self) -> bool:
        return self._reader is None or not self._reader.is_open

    def _open(self) -> _aiobpf.RecordReader[E]:
        if self._reader is None:
            raise BpfClosedError("the stream was not made")
        self._reader.check_open()
        return self._reader

    async def __aenter__(self) -> Self:
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
        return f"<aiobpf.{type(self).__name__} {'closed' if self.closed else 'open'}>"


def _source_number(source: int | None) -> int | None:
    return None if source is None else _arguments.integer("source", source, 0, LARGEST_NUMBER)


# A child of fork() closes its copies before anything else runs there. They could not reach the parent anyhow, but a
# loop that the child inherited and closes could, by their descriptors: uvloop takes each out of the epoll instance
# that it shares with the parent's loop.
_made: weakref.WeakSet[Stream[Any]] = weakref.WeakSet()


def _close_inherited() -> None:
    for one in list(_made):
        one.close()


os.register_at_fork(after_in_child=_close_inherited)
