"""drain(): waits until what is there was delivered, and never longer than it may."""

import asyncio
import time
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import Source, take

Buffer = aiobpf.BpfRingBuffer[Any]


@pytest.mark.parametrize("count", [1, 7, 3000])
@pytest.mark.parametrize("how", ["events", "tagged", "batches", "body that awaits"])
def test_it_ends_when_all_that_was_there_was_delivered(
    run: Run, source: Source, buffer: Buffer, how: str, count: int
) -> None:
    async def main() -> None:
        got: list[int] = []

        async def consume() -> None:
            if how == "batches":
                async for batch in buffer.batches():
                    got.extend(event.sequence for event in batch)
            elif how == "tagged":
                async for _, event in buffer.tagged():
                    got.append(event.sequence)
            else:
                async for event in buffer:
                    got.append(event.sequence)
                    if how != "events":
                        await asyncio.sleep(0)

        source.emit(count)
        task = asyncio.create_task(consume())
        assert await buffer.drain(deadline=30) == 0
        assert got == list(range(count))
        source.emit(count)  # while it waits for more, and again
        assert await buffer.drain(30) == 0
        assert len(got) == 2 * count
        buffer.close()
        await task

    run(main())


def test_with_nothing_there_it_ends_at_once(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        assert await buffer.drain(30) == 0
        assert await buffer.drain(1e9) == 0

    run(main())


@pytest.mark.parametrize("deadline", [0, 0.01])
def test_when_nobody_iterates_it_ends_at_the_deadline_and_says_what_is_left(
    run: Run, source: Source, buffer: Buffer, deadline: float
) -> None:
    async def main() -> None:
        source.emit(10)
        assert await buffer.drain(deadline) == 10
        assert await take(buffer, 3) == [0, 1, 2]
        assert await buffer.drain(deadline) == 7

    run(main())


def test_it_does_not_wait_for_records_that_come_later(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(10)
        draining = asyncio.create_task(buffer.drain(30))
        await asyncio.sleep(0)
        source.emit(10)
        assert await take(buffer, 10) == list(range(10))  # and then nobody iterates any more
        assert await draining == 0
        assert await buffer.drain(0) == 10

    run(main())


def test_every_ring_counts_for_itself(run: Run, driver: Any) -> None:
    async def main() -> None:
        first, second = aiobpf.MemoryRing(4096), aiobpf.MemoryRing(4096)
        async with aiobpf.BpfRingBuffer(first, driver=driver) as rb:
            rb.add(second)
            first.emit(b"1")
            second.emit(b"2")
            draining = asyncio.create_task(rb.drain(0.05))
            await asyncio.sleep(0)
            ring, other = (first, second) if await rb.get() == b"1" else (second, first)
            ring.emit(b"3")  # a later one of the ring whose record was delivered does not stand for the other's
            assert await draining == 1
            assert {await rb.get(), await rb.get()} <= {b"1", b"2", b"3"}
            other.emit(b"4")
            assert await rb.get() == b"4"

    run(main())


def test_closing_ends_it_and_it_says_what_is_left(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(5)
        draining = asyncio.create_task(buffer.drain(30))
        await asyncio.sleep(0)
        assert await take(buffer, 2) == [0, 1]
        buffer.close()
        assert await draining == 3
        with pytest.raises(aiobpf.BpfClosedError):
            await buffer.drain(30)

    run(main())


def test_cancelling_it_changes_nothing(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(5)
        draining = asyncio.create_task(buffer.drain(30))
        other = asyncio.create_task(buffer.drain(30))
        await asyncio.sleep(0)
        draining.cancel()
        with pytest.raises(asyncio.CancelledError):
            await draining
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await buffer.drain(30)
        assert await take(buffer, 5) == list(range(5))
        assert await other == 0
        assert buffer.verify().balances()

    run(main())


def test_an_event_that_cannot_be_made_was_delivered(run: Run, driver: Any, event_class: type[Any]) -> None:
    async def main() -> None:
        ring = aiobpf.MemoryRing(4096)
        async with aiobpf.BpfRingBuffer(ring, event_class, driver=driver) as rb:
            ring.emit(b"short")
            draining = asyncio.create_task(rb.drain(30))
            await asyncio.sleep(0)
            with pytest.raises(aiobpf.BtfValidationError):
                await rb.get()
            assert await draining == 0

    run(main())


def test_waiting_takes_no_cpu(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(1)
        before = time.process_time()
        assert await buffer.drain(0.3) == 1
        assert time.process_time() - before < 0.1

    run(main())


@pytest.mark.parametrize("deadline", [-1, float("nan")])
def test_a_deadline_that_makes_no_sense_is_refused(run: Run, source: Source, buffer: Buffer, deadline: float) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="deadline"):
            await buffer.drain(deadline)

    run(main())
