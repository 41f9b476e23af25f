"""A ring whose memory is garbage: an error of its own, and no hang."""

from __future__ import annotations

import asyncio
import mmap

import aiobpf
import pytest
from conftest import Run
from helpers import emit

pytestmark = pytest.mark.kernel


def spoil(ring: aiobpf.BpfMap) -> None:
    """Sets the reader's position, which user space may write, to one where no record can begin."""
    with mmap.mmap(ring.fd, mmap.PAGESIZE) as consumer_page:
        consumer_page[:8] = (3).to_bytes(8, "little")


def test_a_ring_of_garbage_is_an_error_each_time_it_is_read(run: Run, emitter: aiobpf.BpfObject, driver: str) -> None:
    async def main() -> None:
        spoil(emitter.maps["first"])
        async with aiobpf.BpfRingBuffer(emitter.maps["first"], driver=driver) as rb:
            for _ in range(2):
                with pytest.raises(aiobpf.BpfError, match="inconsistent"):
                    async with asyncio.timeout(10):
                        async for _event in rb:
                            pass

    run(main())


def test_the_other_rings_of_a_buffer_are_read_on(run: Run, emitter: aiobpf.BpfObject, driver: str) -> None:
    async def main() -> None:
        spoil(emitter.maps["first"])
        async with aiobpf.BpfRingBuffer(emitter.maps["first"], "numbered", driver=driver) as rb:
            rb.add(emitter.maps["second"], "numbered")
            emit(emitter, 0, 10, ring=1)
            got = []
            errors = 0
            while len(got) < 10 or errors == 0:
                try:
                    async with asyncio.timeout(10):
                        async for event in rb:
                            got.append(event.sequence)
                            if len(got) == 10:
                                break
                except aiobpf.BpfError:
                    errors += 1
            assert got == list(range(10))
            assert errors == 1

    run(main())


def test_a_ring_added_after_the_only_one_failed_is_waited_for(run: Run, emitter: aiobpf.BpfObject, driver: str) -> None:
    async def main() -> None:
        spoil(emitter.maps["first"])
        async with aiobpf.BpfRingBuffer(emitter.maps["first"], "numbered", driver=driver) as rb:  # type: ignore[arg-type]
            for _ in range(3):  # nothing else is there to read: the driver says so each time
                with pytest.raises(aiobpf.BpfError, match="inconsistent"):
                    await anext(aiter(rb))
            rb.add(emitter.maps["second"], "numbered")
            events = aiter(rb)
            for sequence in range(10):
                waiting = asyncio.ensure_future(anext(events))
                await asyncio.sleep(0)
                emit(emitter, sequence, 1, ring=1)
                async with asyncio.timeout(10):
                    assert (await waiting).sequence == sequence

    run(main())


def test_each_ring_that_fails_is_told_once_while_another_is_read(
    run: Run, emitter: aiobpf.BpfObject, driver: str
) -> None:
    async def main() -> None:
        async with aiobpf.BpfRingBuffer(aiobpf.MemoryRing(4096), driver=driver) as rb:  # type: ignore[arg-type]
            events = aiter(rb)
            for name in ("first", "second"):
                spoil(emitter.maps[name])
                rb.add(emitter.maps[name])
            for _ in range(2):
                with pytest.raises(aiobpf.BpfError, match="inconsistent"):
                    await anext(events)
            good = aiobpf.MemoryRing(4096)
            rb.add(good)
            for number in range(5):
                waiting = asyncio.ensure_future(anext(events))
                await asyncio.sleep(0)
                assert good.emit(b"%d" % number)
                assert await waiting == b"%d" % number

    run(main())
