"""Ring buffers: as async iterators, or with callbacks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Literal, Self, cast, overload

from aiobpf import _arguments
from aiobpf._callbacks import Callback, Callbacks
from aiobpf._errors import BpfError
from aiobpf._map import BpfMap
from aiobpf._memory_ring import MemoryRing
from aiobpf._polling import Wake
from aiobpf._record_types import Discriminator
from aiobpf._source import decoder_of, make_source
from aiobpf._stream import LONGEST_DRAIN, LONGEST_LATENCY, QUEUE_BYTES, E, EventType, EventTypes, Stream


@dataclass(frozen=True)
class RingBufferEvent(Generic[E]):
    """An event, with the name of the map that it came from: what events() gives."""

    map_name: str
    data: E


class BpfRingBuffer(Stream[E]):
    """A ring buffer as an asynchronous iterator of events: a Stream that is made with its first source.

        async with aiobpf.BpfRingBuffer(obj.maps["events"], event_type="exec_event") as rb:
            async for event in rb:
                print(event.pid, event.comm)

    Or with callbacks, without or with asyncio:

        with aiobpf.BpfRingBuffer(obj.maps["events"], handle, event_type="exec_event") as rb:
            while True:
                rb.poll()                                  # or: await rb.poll_async()

    For type checkers it is generic in its events: BpfRingBuffer(map, Event) is a BpfRingBuffer[Event], without an
    event_type a BpfRingBuffer[bytes], and of a type's name a BpfRingBuffer[Any].

    map, event_type, discriminator: as Stream.add(). It is source 0; more of them by add(). Without a map it has none
        yet.
    callback: is called with each event, by poll(), poll_async() and consume() and in their thread. What it raises, they
        raise. A negative number that it returns stops them: other events stay where they are, for the next call.
        Whatever it says, its event is delivered. It may add maps, and close the buffer.
        In place of a callback an event_type may stand.
    as_memoryview: a callback gets a memoryview of bytes, which it may keep.
    latency, driver, queue_bytes, wake: as Stream(). With callbacks the driver is "inline": poll() drains.

    A buffer has callbacks or is iterated over, not both.
    Raises BpfMapError (not a ring buffer), BpfPermissionError, TypeError (event_type), BpfNotFoundError.
    """

    @overload
    def __init__(
        self: BpfRingBuffer[bytes],
        map: BpfMap | MemoryRing | None = ...,
        event_type: type[bytes] = ...,
        *,
        latency: float = ...,
        driver: Literal["thread", "inline"] | None = ...,
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
        driver: Literal["thread", "inline"] | None = ...,
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
        driver: Literal["thread", "inline"] | None = ...,
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
    @overload
    def __init__(
        self: BpfRingBuffer[Any],
        map: BpfMap | MemoryRing,
        callback: Callback,
        as_memoryview: bool = ...,
        *,
        event_type: EventType | EventTypes = ...,
        discriminator: Discriminator | None = ...,
        latency: float = ...,
        driver: Literal["inline"] | None = ...,
    ) -> None: ...
    def __init__(  # type: ignore[misc]  # its second argument may be called either
        self,
        map: BpfMap | MemoryRing | None = None,
        callback: Callback | EventType | EventTypes | None = None,
        as_memoryview: bool = False,
        *,
        event_type: EventType | EventTypes | None = None,
        discriminator: Discriminator | None = None,
        latency: float = 0.0,
        driver: Literal["thread", "inline"] | None = None,
        queue_bytes: int = QUEUE_BYTES,
        wake: Wake = None,
    ) -> None:
        view = _arguments.boolean("as_memoryview", as_memoryview)
        super().__init__(latency=latency, driver=driver or "thread", queue_bytes=queue_bytes, wake=wake)
        self._driver = driver
        self._latency = latency
        self._names: dict[int, str] = {}  # of sources: what events() says
        self._as_memoryview = view
        self._calls: Callbacks | None = None
        try:
            if map is not None:
                self.add(map, cast(Any, callback), event_type=cast(Any, event_type), discriminator=discriminator)
            elif callback is not None or event_type is not None:
                raise ValueError("without a map there is nothing that a callback or an event_type could be for")
        except BaseException:
            self.close()
            raise

    @overload
    def add(
        self: BpfRingBuffer[bytes],
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
    @overload
    def add(
        self: BpfRingBuffer[Any],
        map: BpfMap | MemoryRing,
        callback: Callback,
        as_memoryview: bool | None = ...,
        *,
        event_type: EventType | EventTypes = ...,
        discriminator: Discriminator | None = ...,
        name: str = ...,
        latency: float | None = ...,
    ) -> int: ...
    def add(  # type: ignore[misc]  # the same
        self,
        map: BpfMap | MemoryRing,
        callback: Callback | EventType | EventTypes | None = None,
        as_memoryview: bool | None = None,
        *,
        event_type: EventType | EventTypes | None = None,
        discriminator: Discriminator | None = None,
        name: str = "",
        latency: float | None = None,
        wake: Wake = None,
    ) -> int:
        """As Stream.add(), or with a callback.

            rb = aiobpf.BpfRingBuffer()
            rb.add(obj.maps["execs"], handle_exec, event_type=ExecEvent)
            rb.add(obj.maps["exits"], handle_exit, event_type=ExitEvent)

        callback, event_type: as BpfRingBuffer(). as_memoryview: else what the buffer was made with.
        Raises BpfError (callbacks and iterating do not mix), and what Stream.add() raises.
        """
        function, event_type = _which(callback, event_type)
        view = self._as_memoryview if as_memoryview is None else _arguments.boolean("as_memoryview", as_memoryview)
        if view and (function is None or event_type not in (None, bytes)):
            raise ValueError("as_memoryview is for callbacks, and leaves no room for an event_type")
        kind = bytes if event_type is None else event_type
        if function is not None:
            number = self._add_callback(map, function, decoder_of(kind, discriminator, map), view, name, latency)
        elif self._calls is not None:
            raise BpfError("this buffer has callbacks: give one for each map, or iterate over another buffer")
        else:
            number = self._add(map, kind, discriminator, name, latency, wake)
        self._names[number] = name or (map.name if isinstance(map, BpfMap) else "memory")
        return number

    def _add_callback(
        self,
        map: BpfMap | MemoryRing,
        function: Callback,
        decoder: Any,
        as_memoryview: bool,
        name: str,
        latency: float | None,
    ) -> int:
        if latency is not None:
            latency = _arguments.real("latency", latency, 0, LONGEST_LATENCY)
        called = _arguments.text("name", name)
        source = make_source(map, decoder)
        return self._callbacks_to_add().add(source, function, decoder, called, latency, as_memoryview)

    def _callbacks_to_add(self) -> Callbacks:
        self._open()
        if self._calls is not None:
            return self._calls
        if self._names:
            raise BpfError("this buffer is iterated over: leave the callback out, or make another buffer for callbacks")
        if self._driver == "thread":
            raise ValueError("callbacks are called by poll(), which drains itself: driver='inline', or leave it out")
        self._calls = Callbacks(self._latency)
        super().close()  # what it was made with
        self._reader = cast(Any, self._calls)
        return self._calls

    def remove(self, source: int) -> None:
        """As Stream.remove().

        rb.remove(number)
        """
        if self._calls is None:
            super().remove(source)
        else:
            self._calls.remove(_arguments.integer("source", source, 0, (1 << 32) - 1))

    def _polled(self) -> Callbacks:
        self._open()
        if self._calls is None:
            raise BpfError("this buffer has no callbacks: give one for each map, or iterate with `async for`")
        return self._calls

    def poll(self, timeout_ms: float | None = -1) -> int:
        """Waits until events are there, calls the callbacks, and returns how many were called.

            while rb.poll(timeout_ms=1000) == 0:
                print("nothing for a second")

        timeout_ms: milliseconds; negative or None: without an end; 0: as consume(). 0 events: the time is over.
        Handlers of signals run meanwhile. Raises what a callback raises, BpfClosedError (also when it is closed
        meanwhile), BpfBusyError (from inside of a callback), BtfValidationError (a record of another length than the
        event_type's; the next call goes on behind it), and what makes a ring fail.
        """
        return self._polled().poll(_seconds(timeout_ms))

    async def poll_async(self, timeout_ms: float | None = -1) -> int:
        """As poll(), for asyncio: the loop runs meanwhile, and before.

            while True:
                await rb.poll_async()

        Cancelling it loses nothing. Raises what poll() raises; BpfBusyError, when another task waits in it.
        """
        return await self._polled().poll_async(_seconds(timeout_ms))

    def consume(self) -> int:
        """Calls the callbacks with the events that are there now, without waiting; returns how many were called.

            count = rb.consume()
            loop.add_reader(rb.fileno(), rb.consume)

        What comes meanwhile is for the next call. Raises what poll() raises.
        """
        return self._polled().consume()

    def fileno(self) -> int:
        """A descriptor that is readable while consume() has something to do, for select() and its like; the buffer's
        own, do not close it.

        select.select([rb.fileno()], [], [])
        """
        return self._polled().fd

    epoll_fd = fileno

    async def events(self) -> AsyncIterator[RingBufferEvent[E]]:
        """Iterates over events, each with the name of its map, or the one that add() was given.

        async for event in rb.events():
            print(event.map_name, event.data)
        """
        async for source, event in self.tagged():
            yield RingBufferEvent(self._names[source], event)

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _which(callback: Any, event_type: Any) -> tuple[Callback | None, Any]:
    """What stands first may be either."""
    if callback is None or (callable(callback) and not isinstance(callback, type)):
        return callback, event_type
    if event_type is not None:
        raise TypeError(f"event_type is given twice: {callback!r} and {event_type!r}")
    return None, callback


def _seconds(timeout_ms: float | None) -> float | None:
    if timeout_ms is None or timeout_ms < 0:
        return None
    return _arguments.real("timeout_ms", timeout_ms, 0, LONGEST_DRAIN * 1000) / 1000
