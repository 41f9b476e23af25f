"""Ring and perf buffers, with callbacks or as iterators."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

import aiobpf
from aiobpf import BpfClosedError, BpfError, RingBufferEvent, _codec

T = TypeVar("T")

#: Events that are handed over between two turns of the loop, at most.
_EVENTS_A_TURN = 64


def _validate(map: aiobpf.BpfMap[Any, Any], event_type: type[Any], struct: str | None, by_name: bool) -> None:
    """Compares a ctypes.Structure with a struct of the BTF of the map's object."""
    if struct is None:
        return
    if map._owner is None:
        raise BpfError(f"validate_btf_struct={struct!r}: the map {map.name} came from no object that has BTF")
    described = map._owner._check_open().type(struct.encode())
    _codec.check_layout(f"struct {struct}", event_type, described, by_name)


class BpfRingBuffer(Generic[T]):
    """One or more ring buffers: with callbacks, or iterated over.

    rb = tinybpf.BpfRingBuffer(obj.maps["events"], handle, event_type=Event)
    """

    def __init__(
        self,
        map: aiobpf.BpfMap[Any, Any] | None = None,
        callback: Callable[[Any], int | None] | None = None,
        as_memoryview: bool = False,
        *,
        event_type: type[Any] = bytes,
        validate_btf_struct: str | None = None,
        validate_field_names: bool = True,
    ) -> None:
        if map is None and callback is not None:
            raise ValueError("a callback needs a map")
        self._view = as_memoryview
        self._event_type = event_type
        self._by_name = validate_field_names
        self._queue: deque[RingBufferEvent[T]] = deque()
        self._mode: str | None = None
        self._handed = 0
        self._buffer: aiobpf.BpfRingBuffer[Any] = aiobpf.BpfRingBuffer()
        self._maps: set[int] = set()
        if map is not None:
            try:
                self.add(map, callback, validate_btf_struct=validate_btf_struct)
            except BaseException:
                self.close()
                raise

    def add(
        self,
        map: aiobpf.BpfMap[Any, Any],
        callback: Callable[[Any], int | None] | None = None,
        as_memoryview: bool | None = None,
        *,
        event_type: type[Any] | None = None,
        validate_btf_struct: str | None = None,
        validate_field_names: bool | None = None,
    ) -> None:
        """Adds a map; its options are the buffer's unless they are given.

            rb.add(obj.maps["exits"], handle_exit, event_type=ExitEvent)

        Raises BpfError (not a ring buffer, added already, callbacks and iterating do not mix), ValueError.
        """
        mode = "iterate" if callback is None else "call"
        if self._mode not in (None, mode):
            raise BpfError("callbacks and iterating do not mix in one buffer")
        kind = self._event_type if event_type is None else event_type
        if mode == "iterate" and self._mode is not None and kind is not self._event_type:
            raise BpfError("a buffer that is iterated over has one event type")
        view = self._view if as_memoryview is None else as_memoryview
        if view and (callback is None or kind is not bytes):
            raise ValueError("as_memoryview is for callbacks without an event_type")
        if map.fd in self._maps:
            raise BpfError(f"the map {map.name} was added already")
        by_name = self._by_name if validate_field_names is None else validate_field_names
        _validate(map, kind, validate_btf_struct, by_name)
        self._buffer.add(map, self._queue_of(map.name) if callback is None else callback, view, event_type=kind)
        self._mode, self._event_type = mode, kind
        self._maps.add(map.fd)

    def _queue_of(self, name: str) -> Callable[[Any], None]:
        return lambda event: self._queue.append(RingBufferEvent(name, event))

    def poll(self, timeout_ms: int = -1, ignore_eintr: bool = True) -> int:
        """Waits for events; returns how many there were. ignore_eintr: signals never end the wait, but what their
        handlers raise does.

        rb.poll(100)
        """
        return self._buffer.poll(timeout_ms)

    def consume(self) -> int:
        """The same without waiting.

        rb.consume()
        """
        return self._buffer.consume()

    async def poll_async(self, timeout_ms: int = -1) -> int:
        """As poll(), for asyncio.

        await rb.poll_async()
        """
        return await self._buffer.poll_async(timeout_ms)

    def fileno(self) -> int:
        """A descriptor that is readable while there are events.

        select.select([rb.fileno()], [], [])
        """
        return self._buffer.fileno()

    epoll_fd = fileno

    def __iter__(self) -> Iterator[T]:
        """What poll() and consume() have taken."""
        self._check_iterated()
        while self._queue:
            yield self._queue.popleft().data

    def __aiter__(self) -> AsyncIterator[T]:
        self._check_iterated()
        return self

    async def __anext__(self) -> T:
        return (await self._next()).data

    async def events(self) -> AsyncIterator[RingBufferEvent[T]]:
        """Iterates over events with the names of their maps.

        async for event in rb.events(): ...
        """
        self._check_iterated()
        while True:
            try:
                yield await self._next()
            except StopAsyncIteration:
                return

    async def _next(self) -> RingBufferEvent[T]:
        self._handed += 1
        if self._handed % _EVENTS_A_TURN == 0:
            await asyncio.sleep(0)
        while not self._queue:
            try:
                await self._buffer.poll_async()
            except BpfClosedError:
                raise StopAsyncIteration from None
        return self._queue.popleft()

    def _check_iterated(self) -> None:
        if self._mode == "call":
            raise BpfError("this buffer has callbacks: poll() calls them")

    def close(self) -> None:
        """Ends it, and every iteration. Idempotent.

        rb.close()
        """
        self._buffer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class BpfPerfBuffer(aiobpf.BpfPerfBuffer[Any]):
    """A perf buffer with callbacks: sample_callback(cpu, event), lost_callback(cpu, count).

    pb = tinybpf.BpfPerfBuffer(obj.maps["events"], handle, lost)
    """

    def __init__(
        self,
        map: aiobpf.BpfMap[Any, Any],
        sample_callback: Callable[[int, Any], object],
        lost_callback: Callable[[int, int], object] | None = None,
        page_count: int = 8,
        *,
        event_type: type[Any] = bytes,
        validate_btf_struct: str | None = None,
        validate_field_names: bool = True,
    ) -> None:
        self._reader = None
        _validate(map, event_type, validate_btf_struct, validate_field_names)
        super().__init__(map, sample_callback, lost_callback, page_count, event_type=event_type)
