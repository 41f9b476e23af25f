"""Which source an event came from: tagged iteration, and batches."""

import asyncio
import copy
import pickle
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import Source, close_when_empty, emit, numbered

Buffer = aiobpf.BpfRingBuffer


def three_rings() -> list[aiobpf.MemoryRing]:
    return [aiobpf.MemoryRing(64 * 1024) for _ in range(3)]


def read_all(rings: list[aiobpf.MemoryRing], driver: Any) -> aiobpf.BpfRingBuffer[bytes]:
    rb = Buffer(rings[0], driver=driver)
    assert [rb.add(ring) for ring in rings[1:]] == [1, 2]
    return rb


def test_a_tagged_event_says_which_ring_it_came_from(run: Run, driver: Any) -> None:
    async def main() -> None:
        rings = three_rings()
        async with read_all(rings, driver) as rb:
            for n in range(300):
                rings[n % 3].emit(b"%d" % n)
            got: dict[int, list[int]] = {0: [], 1: [], 2: []}
            async for source, event in rb.tagged():
                got[source].append(int(event))
                if sum(map(len, got.values())) == 300:
                    break
            assert got == {source: list(range(source, 300, 3)) for source in range(3)}
            assert rb.verify().delivered == 300

    run(main())


@pytest.mark.kernel
def test_rings_of_the_kernel_are_told_apart(run: Run, driver: Any, emitter: aiobpf.BpfObject) -> None:
    async def main() -> None:
        async with Buffer(emitter.maps["first"], "numbered", driver=driver) as rb:
            assert rb.add(emitter.maps["second"], "numbered") == 1
            emit(emitter, 0, 1000, ring=2)  # in turn
            seen = 0
            async for source, event in rb.tagged():
                assert source == event.ring == event.sequence % 2
                seen += 1
                if seen == 1000:
                    break

    run(main())


def test_tagged_and_untagged_loops_take_turns(run: Run, source: Source, buffer: Buffer[Any]) -> None:
    async def main() -> None:
        source.emit(30)
        got = []
        for _ in range(10):
            async for event in buffer:
                got.append(event.sequence)
                break
            async for number, event in buffer.tagged():
                assert number == 0
                got.append(event.sequence)
                break
            got.append((await buffer.get()).sequence)
        assert got == list(range(30))

    run(main())


def test_a_tagged_loop_waits_and_ends_as_others_do(run: Run, source: Source, buffer: Buffer[Any]) -> None:
    async def main() -> None:
        got = []

        async def consume() -> None:
            async for number, event in buffer.tagged():
                got.append((number, event.sequence))

        task = asyncio.create_task(consume())
        await asyncio.sleep(0)
        source.emit(3)
        await close_when_empty(buffer)
        await task
        assert got == [(0, 0), (0, 1), (0, 2)]
        with pytest.raises(aiobpf.BpfClosedError):
            buffer.tagged()

    run(main())


def test_a_batch_knows_the_source_of_each_event(run: Run, driver: Any) -> None:
    async def main() -> None:
        rings = three_rings()
        async with read_all(rings, driver) as rb:
            for n in range(9):
                rings[n % 3].emit(b"%d" % n)
            seen = []
            async for batch in rb.batches():
                assert len(batch.sources) == len(batch)
                for i, event in enumerate(batch):
                    assert batch.source(i) == batch.source(i - len(batch)) == batch.sources[i] == int(event) % 3
                seen += list(batch)
                if len(seen) == 9:
                    break
            for index in (len(batch), -len(batch) - 1):
                with pytest.raises(IndexError):
                    batch.source(index)
            with pytest.raises(TypeError):
                batch.source("first")  # type: ignore[arg-type]

    run(main())


def test_the_sources_of_what_a_broken_loop_left(run: Run, driver: Any) -> None:
    async def main() -> None:
        rings = three_rings()
        rings[1].emit(b"b")
        rings[2].emit(b"c")
        async with read_all(rings, driver) as rb:
            first = await anext(aiter(rb.tagged()))
            batch = await anext(aiter(rb.batches()))
            assert {first, (batch.source(0), batch[0])} == {(1, b"b"), (2, b"c")}
            assert batch.sources == (batch.source(0),)

    run(main())


def test_a_batch_is_its_own_copy_and_is_pickled_as_a_list(run: Run, source: Source, event_class: type[Any]) -> None:
    async def main() -> None:
        source.emit(5)
        async with Buffer(source.ring, event_class) as rb:
            batch = await anext(aiter(rb.batches()))
        assert copy.copy(batch) is copy.deepcopy(batch) is batch
        back = pickle.loads(pickle.dumps(batch))
        assert type(back) is list and back == list(batch)
        assert [bytes(event) for event in back] == [numbered(n) for n in range(5)]

    run(main())
