"""Ring buffers with callbacks: poll, consume, poll_async, descriptors."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import select
import signal
import threading
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import NUMBERED, KernelSource, MemorySource, Source, emit, numbered


class Numbered(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint64), ("check", ctypes.c_uint64), ("rest", ctypes.c_uint8 * 32))


def sequences(events: list[Any]) -> list[int]:
    return [event.sequence for event in events]


def balanced(rb: aiobpf.BpfRingBuffer[Any], delivered: int) -> bool:
    ledger = rb.verify()
    assert ledger.delivered == delivered
    return ledger.balances()


def test_consume_calls_with_each_event_and_counts(source: Source, event_class: type[Any]) -> None:
    got: list[Any] = []
    with aiobpf.BpfRingBuffer(source.ring, got.append, event_type=event_class) as rb:
        assert rb.consume() == 0
        source.emit(5)
        assert rb.consume() == 5
        assert rb.consume() == 0
        source.emit(1000)
        assert rb.consume() == 1000
        assert sequences(got) == list(range(1005))
        assert balanced(rb, 1005)


@pytest.mark.parametrize("event_type", [bytes, Numbered, "class"])
def test_an_event_is_of_its_type(source: Source, event_class: type[Any], event_type: Any) -> None:
    cls = event_class if event_type == "class" else event_type
    got: list[Any] = []
    with aiobpf.BpfRingBuffer(source.ring, got.append, event_type=cls) as rb:
        source.emit(2)
        assert rb.consume() == 2
    assert all(type(event) is cls for event in got)
    assert [bytes(event)[:16] for event in got] == [numbered(0)[:16], numbered(1)[:16]]


def test_a_memoryview_may_be_kept(source: Source) -> None:
    got: list[memoryview] = []
    with aiobpf.BpfRingBuffer(source.ring, got.append, as_memoryview=True) as rb:
        for _ in range(100):
            source.emit(100)
            assert rb.consume() == 100
    assert all(type(view) is memoryview and view.readonly for view in got)
    assert [NUMBERED.unpack(view)[0] for view in got] == list(range(10_000))


def test_a_negative_number_stops_and_loses_nothing(source: Source, event_class: type[Any]) -> None:
    got: list[Any] = []

    def handle(event: Any) -> int | None:
        got.append(event)
        return -1 if event.sequence % 3 == 2 else None

    with aiobpf.BpfRingBuffer(source.ring, handle, event_type=event_class) as rb:
        source.emit(8)
        assert rb.poll() == 3
        assert rb.statistics().queued + rb.statistics().unread == 5
        assert balanced(rb, 3)
        assert [rb.poll(), rb.poll(0), rb.poll(0)] == [3, 2, 0]
        assert sequences(got) == list(range(8))
        assert balanced(rb, 8)


@pytest.mark.parametrize("result", [None, 0, 1, True, False, 2**70, "text", object()])
def test_other_results_go_on(source: Source, result: Any) -> None:
    with aiobpf.BpfRingBuffer(source.ring, lambda _: result) as rb:
        source.emit(3)
        assert rb.consume() == 3


def test_a_number_below_all_that_c_has_stops(source: Source) -> None:
    with aiobpf.BpfRingBuffer(source.ring, lambda _: -(2**70)) as rb:
        source.emit(3)
        assert rb.consume() == 1


def test_an_exception_reaches_the_caller_and_loses_nothing(source: Source, event_class: type[Any]) -> None:
    got: list[Any] = []

    def handle(event: Any) -> None:
        got.append(event)
        if event.sequence == 1:
            raise LookupError("the second one")

    with aiobpf.BpfRingBuffer(source.ring, handle, event_type=event_class) as rb:
        source.emit(5)
        with pytest.raises(LookupError, match="the second one"):
            rb.poll()
        assert balanced(rb, 2)
        assert rb.poll() == 3
        assert sequences(got) == list(range(5))
        assert balanced(rb, 5)


def test_a_record_of_another_length_is_an_error_and_the_next_call_goes_on() -> None:
    ring = aiobpf.MemoryRing(4096)
    got: list[Any] = []
    with aiobpf.BpfRingBuffer(ring, got.append, event_type=Numbered) as rb:
        for record in (numbered(0), b"short", numbered(2)):
            ring.emit(record)
        with pytest.raises(aiobpf.BtfValidationError, match="a record of 5 bytes came, and Numbered has 48"):
            rb.consume()
        assert rb.consume() == 1
    assert sequences(got) == [0, 2]


def test_poll_waits_until_a_record_comes() -> None:
    source = MemorySource()
    got: list[bytes] = []
    with aiobpf.BpfRingBuffer(source.ring, got.append) as rb:
        assert rb.poll(0) == 0
        assert rb.poll(1) == 0
        waits = threading.Event()
        emitting = threading.Thread(target=lambda: (waits.wait(), source.emit()))
        emitting.start()
        waits.set()
        assert rb.poll() == 1
        emitting.join()
    assert got == [numbered(0)]


@pytest.mark.parametrize("wrong", ["1", b"", 1e15, float("nan")])
def test_a_wrong_time_is_an_error(wrong: Any) -> None:
    with aiobpf.BpfRingBuffer(aiobpf.MemoryRing(4096), print) as rb, pytest.raises((TypeError, ValueError)):
        rb.poll(wrong)


@pytest.mark.kernel
def test_several_maps_have_callbacks_and_types_of_their_own(emitter: aiobpf.BpfObject) -> None:
    first: list[Any] = []
    second: list[Any] = []
    with aiobpf.BpfRingBuffer[Any]() as rb:
        assert rb.add(emitter.maps["first"], first.append, event_type="numbered") == 0
        assert rb.add(emitter.maps["second"], second.append) == 1
        emit(emitter, 0, 10, ring=2)
        assert rb.poll() == 10
        assert sequences(first) == [0, 2, 4, 6, 8]
        assert second == [numbered(i)[:16] + b"\1" + numbered(i)[17:] for i in (1, 3, 5, 7, 9)]
        assert rb.statistics(0).delivered == rb.statistics(1).delivered == 5
        rb.remove(0)
        emit(emitter, 10, 10, ring=2)
        assert rb.consume() == 5
        assert rb.verify().balances()


def test_a_callback_may_add_a_map_and_close_the_buffer() -> None:
    ring, other = aiobpf.MemoryRing(4096), aiobpf.MemoryRing(4096)
    got: list[bytes] = []

    def handle(record: bytes) -> None:
        got.append(record)
        if record == b"add":
            rb.add(other, got.append)
        if record == b"close":
            rb.close()

    rb = aiobpf.BpfRingBuffer(ring, handle)
    other.emit(b"other")
    for record in (b"add", b"close", b"left"):
        ring.emit(record)
    assert rb.consume() == 2
    assert rb.closed and got == [b"add", b"close"]
    assert rb.statistics().balances()
    with pytest.raises(aiobpf.BpfClosedError):
        rb.consume()


def test_from_inside_of_a_callback_the_buffer_is_busy(source: Source) -> None:
    def handle(_: bytes) -> None:
        rb.consume()

    with aiobpf.BpfRingBuffer(source.ring, handle) as rb:
        source.emit(2)
        with pytest.raises(aiobpf.BpfBusyError, match="it is calling back already"):
            rb.consume()
        with pytest.raises(aiobpf.BpfBusyError):
            rb.poll()
        assert balanced(rb, 2)


def test_a_producer_that_never_rests_does_not_keep_a_call() -> None:
    source = MemorySource()
    with aiobpf.BpfRingBuffer(source.ring, lambda _: source.emit()) as rb:
        source.emit(10)
        assert rb.consume() == 10  # each of them made one more
        assert rb.consume() == 10
        assert select.select([rb], [], [], 0)[0] == [rb]


def test_the_descriptor_is_readable_while_there_is_something_to_do(source: Source) -> None:
    def is_readable() -> bool:
        return bool(select.select([rb], [], [], 0)[0])

    stop = True
    with aiobpf.BpfRingBuffer(source.ring, lambda _: -1 if stop else 0) as rb:
        assert rb.epoll_fd() == rb.fileno() >= 0
        rb.consume()
        assert not is_readable()
        source.emit(3)
        assert is_readable()
        assert rb.consume() == 1 and is_readable()  # what a callback left counts as well
        stop = False
        assert rb.consume() == 2 and is_readable() in (True, False)
        assert rb.consume() == 0 and not is_readable()
        source.emit(1)
        assert is_readable() and rb.consume() == 1


def test_what_was_there_before_the_buffer_makes_it_readable(source: Source) -> None:
    source.emit(2)
    with aiobpf.BpfRingBuffer(source.ring, print) as rb:
        assert select.select([rb], [], [], 0)[0] == [rb]


def test_poll_async_waits_in_the_loop(run: Run, source: Source, event_class: type[Any]) -> None:
    got: list[Any] = []

    async def main() -> None:
        with aiobpf.BpfRingBuffer(source.ring, got.append, event_type=event_class) as rb:
            assert await rb.poll_async(1) == 0
            waiting = asyncio.create_task(rb.poll_async())
            await asyncio.sleep(0)
            source.emit(3)
            assert await waiting == 3
            source.emit(2)
            assert await rb.poll_async(0) == 2

    run(main())
    assert sequences(got) == list(range(5))


def test_poll_async_lets_others_run_although_there_is_always_something(run: Run) -> None:
    source = MemorySource()

    async def main() -> None:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        with aiobpf.BpfRingBuffer(source.ring, lambda _: source.emit()) as rb:
            source.emit()
            for _ in range(100):
                assert await rb.poll_async() == 1
        task.cancel()
        assert turns >= 99

    run(main())


def test_cancelling_poll_async_loses_nothing(run: Run, source: Source) -> None:
    got: list[bytes] = []

    async def main() -> None:
        with aiobpf.BpfRingBuffer(source.ring, got.append) as rb:
            for _ in range(3):
                waiting = asyncio.create_task(rb.poll_async())
                await asyncio.sleep(0)
                source.emit(1)
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
            assert await rb.poll_async() == 3
            assert balanced(rb, 3)

    run(main())


def test_a_callbacks_timeout_is_the_callers(run: Run, source: Source) -> None:
    def handle(_: bytes) -> None:
        raise TimeoutError("mine")

    async def main() -> None:
        with aiobpf.BpfRingBuffer(source.ring, handle) as rb:
            source.emit()
            with pytest.raises(TimeoutError, match="mine"):
                await rb.poll_async(1000)

    run(main())


def test_a_second_task_in_poll_async_is_busy(run: Run, source: Source) -> None:
    async def main() -> None:
        with aiobpf.BpfRingBuffer(source.ring, lambda _: None) as rb:
            waiting = asyncio.create_task(rb.poll_async())
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            with pytest.raises(aiobpf.BpfBusyError, match="another task is in poll_async"):
                await rb.poll_async()
            source.emit()
            assert await waiting == 1

    run(main())


def test_closing_ends_a_task_that_waits(run: Run, source: Source) -> None:
    async def main() -> None:
        rb = aiobpf.BpfRingBuffer(source.ring, print)
        waiting = asyncio.create_task(rb.poll_async())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        rb.close()
        with pytest.raises(aiobpf.BpfClosedError):
            await waiting

    run(main())


def test_closing_in_another_thread_ends_poll(source: Source) -> None:
    rb = aiobpf.BpfRingBuffer(source.ring, print)
    closing = threading.Timer(0.05, rb.close)  # it may come before poll() waits, and then ends it at once
    closing.start()
    with pytest.raises(aiobpf.BpfClosedError):
        rb.poll()
    closing.join()


def test_a_handler_of_a_signal_may_end_poll(source: Source) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        raise InterruptedError("a signal")

    before = signal.signal(signal.SIGALRM, handle)
    try:
        with aiobpf.BpfRingBuffer(source.ring, print) as rb:
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            with pytest.raises(InterruptedError, match="a signal"):
                rb.poll()
    finally:
        signal.signal(signal.SIGALRM, before)


def test_callbacks_and_iterating_do_not_mix(run: Run) -> None:
    ring, other = aiobpf.MemoryRing(4096), aiobpf.MemoryRing(4096)

    async def main() -> None:
        async with aiobpf.BpfRingBuffer(ring) as iterated:
            with pytest.raises(aiobpf.BpfError, match="this buffer is iterated over"):
                iterated.add(other, print)
            uses: list[Callable[[], object]] = [iterated.poll, iterated.consume, iterated.fileno, iterated.epoll_fd]
            for use in uses:
                with pytest.raises(aiobpf.BpfError, match="no callbacks: give one for each map"):
                    use()
        with aiobpf.BpfRingBuffer(ring, print) as called:
            with pytest.raises(aiobpf.BpfError, match="this buffer has callbacks"):
                called.add(other)
            for iterate in (called.__aiter__, called.tagged, called.batches):
                with pytest.raises(aiobpf.BpfError, match="its events go to callbacks: call poll"):
                    iterate()
            with pytest.raises(aiobpf.BpfError, match="its events go to callbacks"):
                await called.drain(1)

    run(main())


@pytest.mark.parametrize(
    ("arguments", "keywords", "message"),
    [
        ((print,), {"driver": "thread"}, "callbacks are called by poll"),
        ((print,), {"as_memoryview": True, "event_type": Numbered}, "leaves no room for an event_type"),
        ((), {"as_memoryview": True}, "as_memoryview is for callbacks"),
        ((print,), {"as_memoryview": 1}, "as_memoryview must be a bool"),
        ((Numbered,), {"event_type": Numbered}, "event_type is given twice"),
        ((5,), {}, "event_type is bytes"),
    ],
)
def test_wrong_arguments_are_told(arguments: tuple[Any, ...], keywords: dict[str, Any], message: str) -> None:
    make: Any = aiobpf.BpfRingBuffer
    with pytest.raises((TypeError, ValueError), match=message):
        make(aiobpf.MemoryRing(4096), *arguments, **keywords)
    with pytest.raises(ValueError, match="without a map there is nothing"):
        make(None, print)


@pytest.mark.kernel
def test_events_say_which_map_they_came_from(run: Run, emitter: aiobpf.BpfObject) -> None:
    async def main() -> None:
        async with aiobpf.BpfRingBuffer[Any]() as rb:
            rb.add(emitter.maps["first"], "numbered")
            rb.add(emitter.maps["second"], "numbered", name="other")
            emit(emitter, 0, 4, ring=2)
            got = []
            async for event in rb.events():
                got.append((event.map_name, event.data.sequence))
                if len(got) == 4:
                    break
            assert sorted(got) == [("first", 0), ("first", 2), ("other", 1), ("other", 3)]

    run(main())


def test_a_child_of_fork_has_a_closed_copy(source: Source) -> None:
    got: list[bytes] = []
    with aiobpf.BpfRingBuffer(source.ring, got.append) as rb:
        source.emit(2)
        child = os.fork()
        if child == 0:
            try:
                rb.consume()
            except aiobpf.BpfClosedError:
                rb.close()
                os._exit(0)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert rb.poll() == 2
        source.emit(1)
        assert rb.poll() == 1
        assert balanced(rb, 3)


def test_a_cycle_through_its_callback_is_collected() -> None:
    class Owner:
        def __init__(self) -> None:
            self.rb = aiobpf.BpfRingBuffer(aiobpf.MemoryRing(4096), self.handle)

        def handle(self, _record: bytes) -> None: ...

    gone = weakref.ref(Owner())
    with pytest.warns(ResourceWarning, match="unclosed"):
        gc.collect()
    assert gone() is None


@pytest.mark.kernel
def test_a_reader_that_another_one_replaced_is_told(emitter: aiobpf.BpfObject) -> None:
    source = KernelSource(emitter)
    with aiobpf.BpfRingBuffer(source.ring, print) as first, aiobpf.BpfRingBuffer(source.ring, lambda _: None) as second:
        source.emit(3)
        assert second.consume() == 3
        source.emit(3)
        with pytest.raises(aiobpf.BpfBusyError, match="another reader has taken this ring"):
            first.consume()
        assert second.consume() == 3
