"""`async for` over a ring buffer: order, content, and going on after anything."""

import asyncio
import contextvars
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import MemorySource, Source, numbered, take

Buffer = aiobpf.BpfRingBuffer


def assert_all_delivered(rb: Buffer, count: int) -> None:
    ledger = rb.verify()
    assert ledger.balances(), ledger
    assert (ledger.counted, ledger.seen, ledger.delivered, ledger.lost()) == (
        True,
        count,
        count,
        dict.fromkeys(ledger.lost(), 0),
    )


def test_events_come_in_order_and_whole(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(1000)
        seen = 0
        async for event in buffer:
            assert (event.sequence, event.check, event.negative) == (seen, ~seen & (2**64 - 1), -seen)
            assert (event.text, event.shorts) == (b"abc", (seen, 7))
            seen += 1
            if seen == 1000:
                break
        assert_all_delivered(buffer, 1000)

    run(main())


def test_after_a_break_the_next_loop_goes_on(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(100)
        got: list[int] = []
        for count in (1, 9, 40, 50):
            got += await take(buffer, count)
        assert got == list(range(100))
        assert_all_delivered(buffer, 100)

    run(main())


def test_an_exception_in_the_body_loses_nothing(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(10)
        with pytest.raises(ZeroDivisionError):
            async for event in buffer:
                if event.sequence == 3:
                    raise ZeroDivisionError
        assert await take(buffer, 6) == list(range(4, 10))

    run(main())


def test_an_iterator_can_be_stepped_by_hand(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(4)
        events = aiter(buffer)
        assert aiter(events) is events
        assert [(await anext(events)).sequence for _ in range(2)] == [0, 1]
        assert (await anext(events, None)).sequence == 2
        assert (await take(buffer, 1)) == [3]
        buffer.close()
        assert await anext(events, "the end") == "the end"
        with pytest.raises(StopAsyncIteration):
            await anext(events)

    run(main())


def test_a_waiting_loop_is_woken_by_each_emit(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        got: list[int] = []
        arrived = asyncio.Event()

        async def consume() -> None:
            async for event in buffer:
                got.append(event.sequence)
                arrived.set()

        task = asyncio.create_task(consume())
        for round in range(1, 51):
            source.emit()
            await arrived.wait()
            arrived.clear()
            assert len(got) == round
        buffer.close()
        await task
        assert got == list(range(50))

    run(main())


def test_a_body_that_awaits_loses_nothing(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        got: list[int] = []
        source.emit(50)
        async for event in buffer:
            got.append(event.sequence)
            await asyncio.sleep(0)
            if event.sequence < 50:
                source.emit()
            if len(got) == 100:
                break
        assert got == list(range(100))

    run(main())


def test_the_body_runs_in_its_own_task_and_context(run: Run, source: Source, buffer: Buffer) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

    async def consume(name: str) -> None:
        variable.set(name)
        me = asyncio.current_task()
        async for _ in buffer:
            assert asyncio.current_task() is me
            assert asyncio.get_running_loop() is me.get_loop()  # type: ignore[union-attr]
            assert variable.get() == name
            variable.set(name)
            break
        assert asyncio.current_task() is me
        await asyncio.sleep(0)
        assert variable.get() == name

    async def main() -> None:
        for name in ("first", "second"):  # the reader callback was made in the first one's context
            task = asyncio.create_task(consume(name), name=name)
            await asyncio.sleep(0)  # it waits
            source.emit()
            await task
        assert variable.get() == "unset"

    run(main())


@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit])
def test_what_ends_programs_goes_through(run: Run, source: Source, buffer: Buffer, raised: type[BaseException]) -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(source.emit)  # it waits first: raised in the reader's callback
        async for _ in buffer:
            raise raised

    with pytest.raises(raised):
        run(main())

    source.emit()
    assert run(take(buffer, 1)) == [1]


def test_debug_mode_has_nothing_to_say(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        asyncio.get_running_loop().slow_callback_duration = 10.0
        asyncio.get_running_loop().call_soon(source.emit, 10)
        assert await take(buffer, 10) == list(range(10))
        waiting = asyncio.create_task(take(buffer, 1))
        await asyncio.sleep(0)
        assert "take" in repr(waiting)
        source.emit()
        assert await waiting == [10]

    run(main(), debug=True)


@pytest.mark.parametrize("latency", [0.0002, 0.01])
def test_latency_changes_when_and_not_what(
    run: Run, source: Source, driver: str, event_class: type[Any], latency: float
) -> None:
    async def main() -> None:
        async with Buffer(source.ring, event_class, driver=driver, latency=latency) as rb:  # type: ignore[arg-type]
            got: list[int] = []
            for count in (1, 100, 1, 20, 300):
                source.emit(count)
                got += await take(rb, count)
            waiting = asyncio.create_task(take(rb, 1))
            await asyncio.sleep(0)
            source.emit()
            got += await waiting
            assert got == list(range(423))
            assert_all_delivered(rb, 423)

    run(main())


def test_many_buffers_are_read_at_once(run: Run, driver: str, event_class: type[Any]) -> None:
    async def main() -> None:
        sources = [MemorySource() for _ in range(8)]
        buffers = [Buffer(source.ring, event_class, driver=driver) for source in sources]  # type: ignore[arg-type]
        tasks = asyncio.gather(*(take(rb, 200) for rb in buffers))
        for _ in range(100):
            for source in sources:
                source.emit(2)
            await asyncio.sleep(0)
        assert await tasks == [list(range(200))] * 8
        for rb in buffers:
            assert_all_delivered(rb, 200)
            rb.close()

    run(main())


def test_one_buffer_reads_rings_of_different_types(run: Run, driver: str, event_class: type[Any]) -> None:
    async def main() -> None:
        source, words = MemorySource(), aiobpf.MemoryRing(4096)
        async with Buffer(source.ring, event_class, driver=driver) as rb:  # type: ignore[arg-type]
            waiting = asyncio.create_task(take(rb, 1))
            await asyncio.sleep(0)
            rb.add(words)  # while a task waits
            source.emit()
            assert await waiting == [0]

            source.emit(20)
            for n in range(20):
                assert words.emit(b"word %d" % n)
            texts, sequences = [], []
            async for event in rb:
                if isinstance(event, bytes):
                    texts.append(event)
                else:
                    sequences.append(event.sequence)
                if len(texts) + len(sequences) == 40:
                    break
            assert sequences == list(range(1, 21))
            assert texts == [b"word %d" % n for n in range(20)]
            assert_all_delivered(rb, 41)

            waiting_for_a_word = asyncio.ensure_future(anext(aiter(rb)))
            await asyncio.sleep(0)
            words.emit(b"last")
            assert await waiting_for_a_word == b"last"

    run(main())


def test_records_of_any_length_come_whole(run: Run, driver: str) -> None:
    async def main() -> None:
        ring = aiobpf.MemoryRing(64 * 1024)
        records = [bytes([n % 256]) * (n * 37 % 501) for n in range(100)]
        async with Buffer(ring, driver=driver) as rb:  # type: ignore[arg-type]
            for record in records:
                assert ring.emit(record)
            got = []
            async for event in rb:
                got.append(event)
                if len(got) == len(records):
                    break
            assert got == records

    run(main())


def test_what_the_ring_has_no_room_for_is_counted(run: Run, driver: str) -> None:
    async def main() -> None:
        ring = aiobpf.MemoryRing(4096)
        emitted = [ring.emit(numbered(n)) for n in range(200)]
        assert not ring.emit(bytes(5000))
        async with Buffer(ring, driver=driver) as rb:  # type: ignore[arg-type]
            it = aiter(rb)
            got = [await anext(it) for _ in range(sum(emitted))]
            assert got == [numbered(n) for n, there in enumerate(emitted) if there]
            ledger = rb.verify()
            assert ledger.balances()
            lost = {cause: count for cause, count in ledger.lost().items() if count > 0}
            assert lost == {"ring_full": 200 - len(got), "oversize": 1}

    run(main())
