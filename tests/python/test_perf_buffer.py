"""Perf buffers: iterating, batches, callbacks, exact losses; beside rings in one stream."""

import asyncio
import ctypes
import os
import pathlib
import struct
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest
from conftest import Run

pytestmark = pytest.mark.kernel

Buffer = aiobpf.BpfPerfBuffer


class Numbered(ctypes.Structure):
    _fields_ = (
        ("sequence", ctypes.c_uint64),
        ("check", ctypes.c_uint64),
        ("cpu", ctypes.c_uint32),
        ("unused", ctypes.c_uint32),
        ("more", ctypes.c_uint64 * 3),
    )


@pytest.fixture
def sampler(objects: pathlib.Path) -> Iterator[aiobpf.BpfObject]:
    """perf.bpf.o, loaded."""
    with aiobpf.load(objects / "perf.bpf.o") as obj:
        yield obj


def emit(obj: aiobpf.BpfObject, first: int, count: int, cpu: int = 0, size: int = 0) -> int:
    """Emits exactly that many samples on one CPU; returns how many were refused."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cpu})
    try:
        return obj.program("emit_samples").run(struct.pack("QQQ", first, count, size))
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize("event_type", ["numbered", Numbered])
def test_events_come_one_by_one_and_are_cut_to_their_type(
    run: Run, driver: Any, sampler: aiobpf.BpfObject, event_type: Any
) -> None:
    async def main() -> None:
        async with Buffer(sampler.maps["samples"], event_type=event_type, driver=driver) as pb:
            sequence = 0
            for _ in range(20):
                assert emit(sampler, sequence, 50) == 0
                async for event in pb:
                    assert event.sequence == sequence
                    assert event.check == ~sequence & (2**64 - 1)
                    assert event.cpu == 0
                    sequence += 1
                    if sequence % 50 == 0:
                        break
            ledger = pb.verify()
            assert ledger.counted and ledger.balances()
            assert ledger.seen == ledger.delivered == 1000

    run(main())


@pytest.mark.parametrize("latency", [0.0, 0.001, 0.0002])
def test_every_event_arrives_whatever_the_latency(
    run: Run, driver: Any, sampler: aiobpf.BpfObject, latency: float
) -> None:
    async def main() -> None:
        async with Buffer(sampler.maps["samples"], event_type="numbered", driver=driver, latency=latency) as pb:
            for sequence in range(0, 3000, 10):
                emit(sampler, sequence, 10, cpu=sequence // 10 % 2)
                got = [(await pb.get()).sequence for _ in range(10)]
                assert got == list(range(sequence, sequence + 10))

    run(main())


def test_bytes_are_as_long_as_the_kernel_says(run: Run, driver: Any, sampler: aiobpf.BpfObject) -> None:
    async def main() -> None:
        async with Buffer(sampler.maps["samples"], driver=driver) as pb:
            emit(sampler, 7, 1, size=17)
            assert await pb.get() == struct.pack("QQ", 7, ~7 & (2**64 - 1)).ljust(20, b"\0")

    run(main())


def test_batches_say_which_cpu_each_event_came_from(run: Run, driver: Any, sampler: aiobpf.BpfObject) -> None:
    async def main() -> None:
        async with Buffer(sampler.maps["samples"], event_type="numbered", driver=driver) as pb:
            for cpu in (0, 1):
                emit(sampler, 100 * cpu, 100, cpu)
            got = 0
            async for batch in pb.batches():
                for i, event in enumerate(batch):
                    assert batch.cpu(i) == event.cpu
                got += len(batch)
                if got == 200:
                    break

    run(main())


def test_a_ring_knows_no_cpu(run: Run, driver: Any) -> None:
    async def main() -> None:
        ring = aiobpf.MemoryRing(4096)
        async with aiobpf.BpfRingBuffer(ring, driver=driver) as rb:
            ring.emit(b"x")
            batch = await anext(rb.batches())
            assert batch.cpu(0) is batch.cpu(-1) is None
            with pytest.raises(IndexError):
                batch.cpu(1)

    run(main())


def test_perf_buffers_and_rings_are_read_in_one_stream(run: Run, driver: Any, sampler: aiobpf.BpfObject) -> None:
    async def main() -> None:
        async with aiobpf.Stream[Any](driver=driver) as stream:
            samples = stream.add(sampler.maps["samples"], "numbered")
            ring = stream.add(sampler.maps["ring"], "numbered", latency=0.001)
            seen = {samples: 0, ring: 0}
            for sequence in range(100):
                emit(sampler, sequence, 1, cpu=sequence % 2)
                sampler.program("emit_into_ring").run(struct.pack("QQQ", sequence, 0, 0))
                for _ in range(2):
                    source, event = await anext(stream.tagged())
                    assert event.sequence == seen[source] == sequence
                    seen[source] += 1
            assert stream.verify().balances()
            assert stream.verify().delivered == 200

    run(main())


def test_what_finds_no_room_is_counted_exactly(run: Run, driver: Any, sampler: aiobpf.BpfObject) -> None:
    async def main() -> None:
        async with Buffer(sampler.maps["samples"], event_type="numbered", page_count=1, driver=driver) as pb:
            refused = sum(emit(sampler, first, 1000, cpu=first // 1000 % 2) for first in range(0, 20_000, 1000))
            assert refused > 0
            assert await asyncio.wait_for(take(pb, 20_000 - refused), 10) == 20_000 - refused
            ledger = pb.verify()
            assert ledger.ring_full == refused
            assert ledger.seen == 20_000
            assert ledger.balances()

    async def take(pb: aiobpf.BpfPerfBuffer[Any], count: int) -> int:
        for _ in range(count):
            await pb.get()
        return count

    run(main())


def test_poll_gives_events_and_losses_to_callbacks(sampler: aiobpf.BpfObject) -> None:
    events: list[tuple[int, int]] = []
    losses: dict[int, int] = {0: 0, 1: 0}

    def on_event(cpu: int, event: Any) -> None:
        events.append((cpu, event.sequence))

    def on_lost(cpu: int, count: int) -> None:
        losses[cpu] += count

    with Buffer(sampler.maps["samples"], on_event, on_lost, 1, event_type="numbered") as pb:
        assert pb.poll(0) == pb.consume() == 0
        refused = emit(sampler, 0, 1000, cpu=1)
        assert refused > 0
        polled = 0
        while polled < 1000 - refused:
            polled += pb.poll(10_000)
        emit(sampler, 1000, 1, cpu=1)  # with which the kernel says what it could not say before
        assert pb.consume() == 1
        assert losses == {0: 0, 1: refused} == pb.lost()
        assert [cpu for cpu, _ in events] == [1] * len(events)
        assert [sequence for _, sequence in events] == [*range(1000 - refused), 1000]


def test_consume_takes_all_that_is_there(sampler: aiobpf.BpfObject) -> None:
    events: list[Any] = []
    with Buffer(sampler.maps["samples"], lambda _cpu, event: events.append(event), page_count=256) as pb:
        emit(sampler, 0, 10_000)
        assert pb.consume() == len(events) == 10_000


def test_what_a_callback_raises_passes_through_and_takes_one_event(sampler: aiobpf.BpfObject) -> None:
    seen: list[int] = []

    def on_event(_cpu: int, event: Any) -> None:
        seen.append(event.sequence)
        if event.sequence % 3 == 0:
            raise ValueError(event.sequence)

    with Buffer(sampler.maps["samples"], on_event, event_type="numbered") as pb:
        emit(sampler, 0, 10)
        for expected in (0, 3, 6, 9):
            with pytest.raises(ValueError, match=str(expected)):
                pb.consume()
        assert pb.consume() == 0
        assert seen == list(range(10))


def test_run_gives_events_to_the_callback_until_it_is_closed(run: Run, driver: Any, sampler: aiobpf.BpfObject) -> None:
    async def main() -> None:
        seen: list[int] = []

        def on_event(_cpu: int, event: Any) -> None:
            seen.append(event.sequence)
            if len(seen) == 100:
                pb.close()

        pb = Buffer(sampler.maps["samples"], on_event, event_type="numbered", driver=driver)
        task = asyncio.create_task(pb.run())
        for sequence in range(0, 100, 10):
            emit(sampler, sequence, 10)
            await asyncio.sleep(0)
        await task
        assert seen == list(range(100))

    run(main())


def test_poll_inside_of_a_loop_says_what_to_do(run: Run, sampler: aiobpf.BpfObject) -> None:
    async def main() -> None:
        with Buffer(sampler.maps["samples"], print) as pb, pytest.raises(aiobpf.BpfBusyError, match=r"await pb\.run"):
            pb.poll()

    run(main())


def test_what_cannot_be_is_refused_with_a_hint(sampler: aiobpf.BpfObject) -> None:
    samples = sampler.maps["samples"]
    with pytest.raises(ValueError, match="power of two"):
        Buffer(samples, page_count=3)
    with pytest.raises(ValueError, match="sample_callback"):
        Buffer(samples, None, print)
    with pytest.raises(TypeError, match="callable"):
        Buffer(samples, 5)  # type: ignore[arg-type]
    with pytest.raises(aiobpf.BpfMapError, match="PERF_EVENT_ARRAY"):
        Buffer(sampler.maps["ring"])
    with pytest.raises(TypeError, match="BpfMap"):
        Buffer(aiobpf.MemoryRing(4096))  # type: ignore[call-overload]
    with Buffer(samples) as pb, pytest.raises(aiobpf.BpfError, match="sample_callback"):
        pb.poll()
    with pytest.raises(aiobpf.BpfClosedError):
        pb.consume()


def test_a_program_is_refused_once_the_buffer_is_closed(sampler: aiobpf.BpfObject) -> None:
    with Buffer(sampler.maps["samples"]):
        assert emit(sampler, 0, 3) == 0
    assert emit(sampler, 0, 3) == 3
