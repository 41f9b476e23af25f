"""Cancellation, timeouts and busy buffers: nothing is lost, whatever ends a wait."""

import asyncio
import contextlib
import random

import aiobpf
import pytest
from conftest import Run
from helpers import Source, take

Buffer = aiobpf.BpfRingBuffer


async def settle() -> None:
    """Lets every other task run until it waits."""
    for _ in range(3):
        await asyncio.sleep(0)


def test_cancelling_a_task_that_waits_loses_nothing(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        task = asyncio.create_task(take(buffer, 1))
        await settle()
        assert task.cancel("enough")
        with pytest.raises(asyncio.CancelledError, match="enough"):
            await task
        assert task.cancelled()
        source.emit(3)
        assert await take(buffer, 3) == [0, 1, 2]

    run(main())


def test_a_cancellation_at_the_same_time_as_an_event_loses_nothing(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        got: list[int] = []

        async def consume() -> None:
            async for event in buffer:
                got.append(event.sequence)

        for round in range(50):
            task = asyncio.create_task(consume())
            if round % 2:
                await settle()
            source.emit(2)
            if round % 3:
                await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        got += await take(buffer, 100 - len(got))
        assert got == list(range(100))

    run(main())


def test_a_task_that_swallows_its_cancellation_goes_on(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        swallowed = []

        async def stubborn() -> list[int]:
            try:
                return await take(buffer, 1)
            except asyncio.CancelledError as error:
                swallowed.append(error)
                asyncio.current_task().uncancel()  # type: ignore[union-attr]
            return await take(buffer, 1)

        task = asyncio.create_task(stubborn())
        await settle()
        task.cancel()
        await settle()
        source.emit()
        assert await task == [0]
        assert len(swallowed) == 1

    run(main())


def test_a_timeout_ends_a_wait(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await take(buffer, 1)
        source.emit(2)
        async with asyncio.timeout(10):
            assert await take(buffer, 2) == [0, 1]

    run(main())


def test_a_timeout_ends_a_loop_that_never_waits(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        got: list[int] = []
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                async for event in buffer:
                    got.append(event.sequence)
                    source.emit()
        got += await take(buffer, source.emitted - len(got))
        assert got == list(range(source.emitted))

    source.emit(10)
    run(main())


def test_wait_for_takes_a_single_event(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        events = aiter(buffer)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(events), 0.001)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(events, None), 0.001)
        source.emit(2)
        assert (await asyncio.wait_for(anext(events), 10)).sequence == 0
        assert (await asyncio.wait_for(anext(events, None), 10)).sequence == 1

    run(main())


def test_a_wait_for_the_next_event_or_a_default_can_be_cancelled(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        async def one() -> object:
            return await anext(aiter(buffer), None)

        task = asyncio.create_task(one())
        await settle()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not buffer.closed
        source.emit()
        assert await take(buffer, 1) == [0]

    run(main())


def test_a_coroutine_that_is_thrown_away_while_it_waits_leaves_the_buffer_open(
    run: Run, source: Source, buffer: Buffer
) -> None:
    async def main() -> None:
        for wait in (take(buffer, 1), take(buffer.batches(), 1)):
            coroutine = wait.__await__()
            next(coroutine)
            coroutine.close()
        assert not buffer.closed

    run(main())
    source.emit()
    assert run(take(buffer, 1)) == [0]


def test_a_failing_sibling_in_a_task_group_loses_nothing(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        got: list[int] = []

        async def consume() -> None:
            async for event in buffer:
                got.append(event.sequence)

        async def fail() -> None:
            source.emit(5)
            await settle()
            raise ZeroDivisionError

        with pytest.raises(ExceptionGroup) as raised:
            async with asyncio.TaskGroup() as group:
                group.create_task(consume())
                group.create_task(fail())
        assert [type(error) for error in raised.value.exceptions] == [ZeroDivisionError]
        source.emit(5)
        got += await take(buffer, 10 - len(got))
        assert got == list(range(10))

    run(main())


def test_a_second_task_that_would_have_to_wait_is_told(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        first = asyncio.create_task(take(buffer, 1))
        await settle()
        for second in (take(buffer, 1), take(buffer.batches(), 1)):
            with pytest.raises(aiobpf.BpfBusyError, match="one at a time"):
                await second
        source.emit()
        assert await first == [0]
        source.emit()
        assert await take(buffer, 1) == [1]

    run(main())


def test_tasks_take_events_in_turn(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        got: list[int] = []
        lock = asyncio.Lock()

        async def worker() -> None:
            while True:
                async with lock:
                    if len(got) == 300:
                        return
                    got.extend(await take(buffer, 1))

        async def produce() -> None:
            for _ in range(100):
                source.emit(3)
                await asyncio.sleep(0)

        await asyncio.gather(produce(), *(worker() for _ in range(4)))
        assert got == list(range(300))

    run(main())


@pytest.mark.parametrize("seed", range(3))
def test_any_mixture_of_interruptions_loses_nothing(run: Run, source: Source, buffer: Buffer, seed: int) -> None:
    dice = random.Random(seed)
    got: list[int] = []

    async def consume(breaks_after: int) -> None:
        async for event in buffer:
            got.append(event.sequence)
            breaks_after -= 1
            if breaks_after == 0:
                break
            if dice.random() < 0.1:
                await asyncio.sleep(0)

    async def consume_batch() -> None:
        async for batch in buffer.batches():
            got.extend(event.sequence for event in batch)
            break

    async def main() -> None:
        for _ in range(300):
            source.emit(dice.randrange(10))
            kind = consume_batch() if dice.random() < 0.2 else consume(dice.randrange(1, 12))
            task = asyncio.create_task(kind)
            for _ in range(dice.randrange(4)):
                await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        got.extend(await take(buffer, source.emitted - len(got)))
        assert got == list(range(source.emitted))
        ledger = buffer.verify()
        assert ledger.balances() and ledger.delivered == ledger.seen == source.emitted

    run(main())
