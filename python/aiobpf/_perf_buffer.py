"""Perf buffers as async iterators, or with callbacks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any, Literal, overload

from aiobpf import _aiobpf, _arguments
from aiobpf._aiobpf import Batch
from aiobpf._errors import BpfBusyError, BpfError
from aiobpf._map import BpfMap
from aiobpf._polling import Wake
from aiobpf._source import class_of, make_perf_source
from aiobpf._stream import QUEUE_BYTES, E, EventType, Stream

#: Called with the number of the CPU and the event.
SampleCallback = Callable[[int, Any], object]
#: Called with the number of the CPU and how many records were lost there since the last call.
LostCallback = Callable[[int, int], object]

#: Bytes of a page as page_count counts them.
PAGE = 4096
LARGEST_PAGE_COUNT = 1 << 28


class BpfPerfBuffer(Stream[E]):
    """A perf buffer (BPF_MAP_TYPE_PERF_EVENT_ARRAY) as an asynchronous iterator of events: a Stream that is made with
    its first source.

        async with aiobpf.BpfPerfBuffer(obj.maps["events"], event_type="exec_event", latency=0.001) as pb:
            async for event in pb:
                print(event.pid, event.comm)

    or with callbacks, from a loop of asyncio's by `await pb.run()`, or without one:

        with aiobpf.BpfPerfBuffer(obj.maps["events"], on_event, on_lost) as pb:
            while True:
                pb.poll(timeout_ms=100)

    Order is kept within a CPU; `batch.cpu(i)` is an event's. The ledger counts losses exactly from kernel 6.0 on.

    map, event_type: as Stream.add(). The kernel pads records to a length of 4 modulo 8: those of an event_type are cut
        to its size, `bytes` are as long as the kernel says.
    sample_callback: called by poll(), consume() and run() with the number of the CPU and the event. What it raises
        passes through, and the next call goes on with the next event.
    lost_callback: called by the same with the number of the CPU and how many records were lost there since the last
        call, as the kernel says with the next record that finds room.
    page_count: pages of 4096 bytes for each CPU, a power of two.
    latency, queue_bytes, wake: as Stream(). With a latency above 0 programs pay for wakeups only when records are rare.
    driver: as Stream(); by default "inline" with a sample_callback.

    Raises BpfMapError (not a perf buffer), BpfPermissionError, TypeError, ValueError, BpfNotFoundError.
    """

    @overload
    def __init__(
        self: BpfPerfBuffer[bytes],
        map: BpfMap,
        sample_callback: SampleCallback | None = ...,
        lost_callback: LostCallback | None = ...,
        page_count: int = ...,
        *,
        event_type: type[bytes] = ...,
        latency: float = ...,
        driver: Literal["thread", "inline"] | None = ...,
        queue_bytes: int = ...,
        wake: Wake = ...,
    ) -> None: ...
    @overload
    def __init__(
        self,
        map: BpfMap,
        sample_callback: SampleCallback | None = ...,
        lost_callback: LostCallback | None = ...,
        page_count: int = ...,
        *,
        event_type: type[E],
        latency: float = ...,
        driver: Literal["thread", "inline"] | None = ...,
        queue_bytes: int = ...,
        wake: Wake = ...,
    ) -> None: ...
    @overload
    def __init__(
        self: BpfPerfBuffer[Any],
        map: BpfMap,
        sample_callback: SampleCallback | None = ...,
        lost_callback: LostCallback | None = ...,
        page_count: int = ...,
        *,
        event_type: str,
        latency: float = ...,
        driver: Literal["thread", "inline"] | None = ...,
        queue_bytes: int = ...,
        wake: Wake = ...,
    ) -> None: ...
    def __init__(
        self,
        map: BpfMap,
        sample_callback: SampleCallback | None = None,
        lost_callback: LostCallback | None = None,
        page_count: int = 64,
        *,
        event_type: EventType = bytes,
        latency: float = 0.0,
        driver: Literal["thread", "inline"] | None = None,
        queue_bytes: int = QUEUE_BYTES,
        wake: Wake = None,
    ) -> None:
        self._reader = None
        self._runner: asyncio.Runner | None = None
        for name, callback in (("sample_callback", sample_callback), ("lost_callback", lost_callback)):
            if callback is not None and not callable(callback):
                raise TypeError(f"{name} must be callable, not {type(callback).__name__}")
        if lost_callback is not None and sample_callback is None:
            raise ValueError("lost_callback needs a sample_callback: who iterates sees losses in statistics()")
        page_count = _arguments.integer("page_count", page_count, 1, LARGEST_PAGE_COUNT)
        if page_count & (page_count - 1):
            raise ValueError(f"page_count must be a power of two, not {page_count}")
        if not isinstance(map, BpfMap):
            raise TypeError(f"map is a BpfMap, not {type(map).__name__}")
        self._sample_callback = sample_callback
        self._lost_callback = lost_callback
        self._told: dict[int, int] = {}
        self._batch: tuple[Batch[E], int] | None = None  # its events from there on were not given to the callback
        if driver is None:
            driver = "thread" if sample_callback is None else "inline"
        super().__init__(latency=latency, driver=driver, queue_bytes=queue_bytes, wake=wake)
        try:
            event_class = class_of(event_type, map)
            source, self._losses = make_perf_source(map, event_class, page_count * PAGE)
            _aiobpf.add_source(self._open(), source, event_class, b"", None, None)
        except BaseException:
            self.close()
            raise

    def lost(self) -> dict[int, int]:
        """How many records were lost, by CPU, as the kernel said so far with records that found room later.

        sum(pb.lost().values()) <= pb.statistics().ring_full
        """
        return self._losses.counts()

    def poll(self, timeout_ms: int = -1, ignore_eintr: bool = True) -> int:
        """Waits until there are events, and gives them to sample_callback; for programs without an asyncio loop.

            while pb.poll(timeout_ms=1000) == 0:
                print("nothing")

        timeout_ms: milliseconds; -1 waits for ever. ignore_eintr: accepted, as signals never end the wait early.
        Returns how many. Raises what the callbacks do, BpfBusyError inside of a running loop, BpfClosedError.
        """
        timeout_ms = _arguments.integer("timeout_ms", timeout_ms, -1, sys.maxsize)
        return self._run(self._poll(None if timeout_ms < 0 else min(timeout_ms / 1000, 1e9)))

    def consume(self) -> int:
        """Gives all events that are there to sample_callback, without waiting.

            pb.consume()

        Returns how many. Raises as poll() does.
        """
        return self._run(self._consume())

    async def run(self) -> None:
        """Gives events to sample_callback until the buffer is closed.

            async with aiobpf.BpfPerfBuffer(obj.maps["events"], on_event, on_lost) as pb:
                await pb.run()

        Cancelling it loses nothing. Raises what the callbacks do.
        """
        self._open()
        self._check_callback()
        self._dispatch()
        async for batch in self.batches():
            self._batch = (batch, 0)
            self._dispatch()

    def close(self) -> None:
        """As Stream.close().

        pb.close()
        """
        super().close()
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.close()

    def __enter__(self) -> BpfPerfBuffer[E]:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check_callback(self) -> None:
        if self._sample_callback is None:
            raise BpfError("there is no sample_callback to give events to: pass one, or iterate")

    def _run(self, main: Any) -> int:
        try:
            self._open()
            self._check_callback()
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                pass
            else:
                raise BpfBusyError("poll() and consume() would block the loop that runs here: use `await pb.run()`")
            if self._runner is None:
                self._runner = asyncio.Runner()
        except BaseException:
            main.close()
            raise
        given: int = self._runner.run(main)
        return given

    async def _poll(self, seconds: float | None) -> int:
        given = self._dispatch()
        if given > 0 or not await self._take(None if self._has_events() else seconds):
            return given
        return self._dispatch()

    async def _consume(self) -> int:
        given = self._dispatch()
        while self._has_events() and await self._take(None):
            given += self._dispatch()
        return given

    def _has_events(self) -> bool:
        """Whether the next batch comes without waiting for a program: a timeout of 0 could not tell."""
        ledger = self.statistics()
        return not self.closed and ledger.unread + ledger.queued > 0

    async def _take(self, seconds: float | None) -> bool:
        """The next batch; False when there is none in time, or the buffer is closed."""
        try:
            async with asyncio.timeout(seconds):
                self._batch = (await anext(self.batches()), 0)
        except (TimeoutError, StopAsyncIteration):
            return False
        return True

    def _dispatch(self) -> int:
        """Gives what is left of the batch to the callbacks. Returns how many events."""
        assert self._sample_callback is not None
        given = 0
        while self._batch is not None:
            batch, i = self._batch
            self._batch = (batch, i + 1) if i + 1 < len(batch) else None
            given += 1
            self._sample_callback(batch.cpu(i) or 0, batch[i])
        self._tell_lost()
        return given

    def _tell_lost(self) -> None:
        if self._lost_callback is None:
            return
        for cpu, count in self.lost().items():
            new = count - self._told.get(cpu, 0)
            if new > 0:
                self._told[cpu] = count
                self._lost_callback(cpu, new)
