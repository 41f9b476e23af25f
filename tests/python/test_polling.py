"""wake="poll": records that nobody was told of are found, and the loop stays alive."""

import asyncio
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import Source, close_when_empty, emit, take

#: BPF_RB_NO_WAKEUP
NO_WAKEUP = 1


@pytest.mark.parametrize("wake", ["poll", aiobpf.Polling(idle=0.000_001)], ids=["polls", "goes back to waiting"])
def test_every_event_arrives_once_and_in_order(
    run: Run, source: Source, driver: Any, event_class: type[Any], wake: Any
) -> None:
    async def main() -> None:
        async with aiobpf.BpfRingBuffer(source.ring, event_class, driver=driver, wake=wake) as rb:
            for first in range(0, 3000, 10):
                source.emit(10)
                assert await take(rb, 10) == list(range(first, first + 10))
            assert rb.verify().balances()
            assert rb.verify().delivered == 3000

    run(main())


@pytest.mark.kernel
def test_a_record_without_a_wakeup_is_found_at_once(run: Run, driver: Any, emitter: aiobpf.BpfObject) -> None:
    async def main() -> None:
        polling = aiobpf.Polling(idle=30.0)
        async with aiobpf.BpfRingBuffer(emitter.maps["first"], "numbered", driver=driver, wake=polling) as rb:
            emit(emitter, 0, 1)
            assert await take(rb, 1) == [0]
            loop = asyncio.get_running_loop()
            began = loop.time()
            for sequence in range(1, 51):
                emit(emitter, sequence, 1, flags=NO_WAKEUP)
                assert await take(rb, 1) == [sequence]
            # The safety look, every 100 ms, would have taken 5 s.
            assert loop.time() - began < 2.5

    run(main())


def test_others_run_while_it_polls(run: Run, source: Source, driver: Any, event_class: type[Any]) -> None:
    async def main() -> None:
        polling = aiobpf.Polling(idle=30.0)
        async with aiobpf.BpfRingBuffer(source.ring, event_class, driver=driver, wake=polling) as rb:
            source.emit(1)
            assert await take(rb, 1) == [0]
            waiting = asyncio.create_task(take(rb, 1))
            for _ in range(100):
                await asyncio.sleep(0)
            assert not waiting.done()
            source.emit(1)
            assert await waiting == [1]
            await close_when_empty(rb)

    run(main())


def test_one_source_may_poll_by_itself(run: Run, driver: Any) -> None:
    async def main() -> None:
        rings = [aiobpf.MemoryRing(4096) for _ in range(2)]
        async with aiobpf.Stream[bytes](driver=driver) as stream:
            stream.add(rings[0], wake=aiobpf.Polling(pause=0.000001))
            stream.add(rings[1])
            for n in range(100):
                rings[n % 2].emit(b"%d" % n)
                assert await stream.get() == b"%d" % n

    run(main())


def test_what_cannot_be_is_refused() -> None:
    ring = aiobpf.MemoryRing(4096)
    with pytest.raises(ValueError, match="wake is 'poll'"):
        aiobpf.BpfRingBuffer(ring, wake="spin")  # type: ignore[call-overload]
    with pytest.raises(ValueError, match=r"wake\.idle"):
        aiobpf.BpfRingBuffer(ring, wake=aiobpf.Polling(idle=-1))
    with pytest.raises(TypeError, match=r"wake\.pause"):
        aiobpf.BpfRingBuffer(ring, wake=aiobpf.Polling(pause="1"))  # type: ignore[arg-type]
