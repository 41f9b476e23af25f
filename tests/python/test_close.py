"""The ends: closed buffers, closed loops, abandoned tasks, unclosed buffers."""

import asyncio
import contextlib
import gc
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import MemorySource, Source, take

Buffer = aiobpf.BpfRingBuffer
NewLoop = Callable[[], asyncio.AbstractEventLoop]


async def until_closed(rb: Any) -> list[Any]:
    return [event async for event in rb]


@pytest.mark.parametrize("by_batches", [False, True])
def test_close_ends_a_loop_that_waits(run: Run, buffer: Buffer, by_batches: bool) -> None:
    async def main() -> None:
        task = asyncio.create_task(until_closed(buffer.batches() if by_batches else buffer))
        await asyncio.sleep(0)
        buffer.close()
        assert await task == []

    run(main())


def test_close_ends_a_loop_at_its_next_event(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(10)
        got = []
        async for event in buffer:
            got.append(event.sequence)
            if event.sequence == 4:
                buffer.close()
        assert got == [0, 1, 2, 3, 4]
        ledger = buffer.verify()
        assert ledger.balances()
        assert ledger.delivered == 5
        assert ledger.dropped_at_close + ledger.unread == 5
        assert ledger.queued == 0

    run(main())


def test_close_twice_is_fine_and_the_last_account_stays(run: Run, source: Source, buffer: Buffer) -> None:
    source.emit(3)
    assert run(take(buffer, 1)) == [0]
    buffer.close()
    last = buffer.verify()
    buffer.close()
    assert buffer.closed
    assert buffer.verify() == last
    assert last.balances() and last.delivered == 1
    assert repr(buffer) == "<aiobpf.BpfRingBuffer closed>"


def test_use_after_close_is_an_error(run: Run, buffer: Buffer) -> None:
    async def main() -> None:
        buffer.close()
        with pytest.raises(aiobpf.BpfClosedError):
            async for _ in buffer:
                pass
        with pytest.raises(aiobpf.BpfClosedError):
            async for _ in buffer.batches():
                pass
        with pytest.raises(aiobpf.BpfClosedError):
            async with buffer:
                pass
        with pytest.raises(aiobpf.BpfClosedError):
            buffer.add(aiobpf.MemoryRing(4096))

    run(main())


def test_async_with_closes(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        with pytest.raises(ZeroDivisionError):
            async with buffer as same:
                assert same is buffer
                raise ZeroDivisionError
        assert buffer.closed

    run(main())


def test_a_closed_buffer_leaves_the_kernels_records_to_the_next_reader(
    run: Run, source: Source, event_class: type[Any]
) -> None:
    source.emit(5)
    first = Buffer(source.ring, event_class, driver="inline")
    assert first.verify().unread == 5  # nobody asked for one yet
    first.close()
    assert first.verify().unread == 5
    if isinstance(source, MemorySource):
        return  # has one reader
    second = Buffer(source.ring, event_class)
    assert run(take(second, 5)) == [0, 1, 2, 3, 4]
    second.close()


def test_a_ring_outlives_its_object(run: Run, objects: Any) -> None:
    if aiobpf.missing_requirements():
        pytest.skip("needs BPF")
    with aiobpf.load(objects / "emit.bpf.o") as obj:
        rb = Buffer(obj.maps["first"], "numbered")
        obj.program("emit").run((7).to_bytes(8, "little") + (1).to_bytes(16, "little"))
    assert run(take(rb, 1)) == [7]
    assert rb.verify().balances()
    rb.close()


def test_another_loop_goes_on_where_a_finished_one_ended(run: Run, source: Source, buffer: Buffer) -> None:
    for round in range(3):
        source.emit(4)
        assert run(take(buffer, 3)) == list(range(round * 3, round * 3 + 3))


def test_a_loop_closed_under_a_waiting_task_holds_nothing_back(
    run: Run, new_loop: NewLoop, source: Source, buffer: Buffer
) -> None:
    abandoned = new_loop()
    abandoned.set_exception_handler(lambda *_: None)  # "Task was destroyed but it is pending"
    task = abandoned.create_task(take(buffer, 1))
    abandoned.run_until_complete(asyncio.sleep(0))
    abandoned.close()
    source.emit(2)
    assert run(take(buffer, 1)) == [0]
    with contextlib.suppress(RuntimeError):
        task.cancel()
    del task, abandoned
    gc.collect()
    assert not buffer.closed
    assert run(take(buffer, 1)) == [1]


def test_closing_the_buffer_after_its_loop_is_fine(new_loop: NewLoop, source: Source, buffer: Buffer) -> None:
    loop = new_loop()
    loop.set_exception_handler(lambda *_: None)
    task = loop.create_task(take(buffer, 1))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    buffer.close()
    assert buffer.verify().balances()
    del task, loop
    gc.collect()


def test_a_buffer_of_a_loop_that_only_pauses_is_busy(new_loop: NewLoop, source: Source, buffer: Buffer) -> None:
    paused, other = new_loop(), new_loop()
    task = paused.create_task(take(buffer, 1))
    paused.run_until_complete(asyncio.sleep(0))
    with pytest.raises(aiobpf.BpfBusyError):
        other.run_until_complete(take(buffer, 1))
    source.emit()
    assert paused.run_until_complete(task) == [0]
    paused.close()
    other.close()


def test_stepping_outside_of_a_loop_is_an_error(source: Source, buffer: Buffer) -> None:
    with pytest.raises(RuntimeError, match="no asyncio loop runs here"):
        anext(aiter(buffer)).__await__().__next__()
    assert not buffer.closed


def test_an_unclosed_buffer_is_warned_of_and_closed(source: Source, driver: str) -> None:
    rb = Buffer(source.ring, driver=driver)  # type: ignore[arg-type]
    with pytest.warns(ResourceWarning, match="async with"):
        del rb


def test_a_closed_buffer_is_not_warned_of(source: Source, driver: str) -> None:
    rb = Buffer(source.ring, driver=driver)  # type: ignore[arg-type]
    rb.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del rb
        gc.collect()


def test_a_buffer_that_could_not_be_made_is_not_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for wrong in (
            lambda: Buffer(5),  # type: ignore[arg-type]
            lambda: Buffer(aiobpf.MemoryRing(4096), driver="none"),  # type: ignore[arg-type]
            lambda: Buffer(aiobpf.MemoryRing(4096), latency=-1),
            lambda: Buffer(aiobpf.MemoryRing(4096), latency=float("nan")),
            lambda: Buffer(aiobpf.MemoryRing(4096), queue_bytes=0),
        ):
            with pytest.raises((TypeError, ValueError)):
                wrong()
        gc.collect()


def test_an_abandoned_buffer_with_a_waiting_task_is_collected(new_loop: NewLoop, source: Source, driver: str) -> None:
    loop = new_loop()
    loop.set_exception_handler(lambda *_: None)
    rb = Buffer(source.ring, driver=driver)  # type: ignore[arg-type]
    gone = weakref.ref(rb)

    async def consume(rb: Buffer) -> None:
        async for _ in rb:
            pass

    task = loop.create_task(consume(rb))
    loop.run_until_complete(asyncio.sleep(0))
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        del rb, task
        gc.collect()
        loop.close()
        del loop
        gc.collect()
    assert gone() is None


@pytest.mark.kernel
def test_only_rings_are_read(emitter: aiobpf.BpfObject) -> None:
    with pytest.raises(aiobpf.BpfMapError, match="table"):
        Buffer(emitter.maps["table"])


def test_a_signal_handler_may_close_while_the_wait_begins(
    source: Source, buffer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        add_reader = loop.add_reader

        def interrupted(fd: int, callback: Callable[[], None]) -> None:
            add_reader(fd, callback)
            buffer.close()

        monkeypatch.setattr(loop, "add_reader", interrupted)
        assert await until_closed(buffer) == []

    asyncio.run(main())  # uvloop's is no Python code that a signal could interrupt
