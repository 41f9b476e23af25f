"""The loop stays alive: a ticker of 1 ms keeps ticking, whatever the records do."""

import asyncio
import threading
import time
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import close_when_empty, emit, numbered

GAP = 0.010


class Ticker:
    """Sleeps for 1 ms, again and again, and keeps the gaps.

    Measured in the processor time of the loop's thread, which leaves out what other processes, and other guests of
    the host, took of its core: on the wall's clock they put gaps of any length between two ticks. What the thread has
    executed between two ticks is what we have kept from the others. (A loop that sleeps when it should tick shows by
    the number of ticks.)
    """

    def __init__(self) -> None:
        self.gaps: list[float] = []

    async def tick(self) -> None:
        before = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            self.gaps.append(now - before)
            before = now

    def check(self, seconds: float) -> None:
        # Half the ticks of a loop that lets 10 ms pass each time: the machine may take the other half.
        assert len(self.gaps) >= seconds / (2 * GAP), f"{len(self.gaps)} ticks in {seconds:.1f} s"
        ordered = sorted(self.gaps)
        late = sum(gap > GAP for gap in ordered)
        # One in a hundred: Python's own pauses (a full collection).
        assert late <= len(ordered) // 100, f"{late} of {len(ordered)} ticks late, up to {ordered[-5:]}"


def burn(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def test_a_body_of_50_us_that_never_awaits_leaves_room_for_the_ticker(run: Run, driver: Any) -> None:
    async def main() -> None:
        ring = aiobpf.MemoryRing(1 << 20)
        for n in range(10_000):
            assert ring.emit(numbered(n))
        ticker = Ticker()
        async with aiobpf.BpfRingBuffer(ring, driver=driver) as rb:
            ticking = asyncio.create_task(ticker.tick())
            await asyncio.sleep(0)
            began = time.perf_counter()
            left = 10_000
            async for _ in rb:
                burn(50e-6)
                left -= 1
                if left == 0:
                    break
            ticking.cancel()
            ticker.check(time.perf_counter() - began)

    run(main())


def test_batches_that_never_end_leave_room_for_the_ticker(run: Run, driver: Any) -> None:
    async def main() -> None:
        ring = aiobpf.MemoryRing(1 << 20)
        ticker = Ticker()
        async with aiobpf.BpfRingBuffer(ring, driver=driver) as rb:
            ticking = asyncio.create_task(ticker.tick())
            await asyncio.sleep(0)
            began = time.perf_counter()
            ring.emit(b"first")
            async for _ in rb.batches():
                ring.emit(b"another")  # there is always one more
                burn(50e-6)
                if time.perf_counter() - began > 0.5:
                    break
            ticking.cancel()
            ticker.check(time.perf_counter() - began)

    run(main())


@pytest.mark.kernel
@pytest.mark.parametrize("seconds", [2.5])  # with each driver, on each loop: 5 s for either
def test_a_producer_at_full_speed_leaves_room_for_the_ticker(
    run: Run, driver: Any, emitter: aiobpf.BpfObject, seconds: float
) -> None:
    ended = threading.Event()

    def produce() -> int:
        emitted = 0
        while not ended.is_set():
            emit(emitter, emitted, 100_000)
            emitted += 100_000
        return emitted

    async def main() -> None:
        rb = aiobpf.BpfRingBuffer(emitter.maps["first"], "numbered", driver=driver)
        ticker = Ticker()
        ticking = asyncio.create_task(ticker.tick())
        producing = asyncio.create_task(asyncio.to_thread(produce))

        async def end() -> None:
            await asyncio.sleep(seconds)
            ended.set()
            await producing
            ticking.cancel()
            await close_when_empty(rb)

        ending = asyncio.create_task(end())
        handled = 0
        last = -1
        async for event in rb:
            assert event.sequence > last
            last = event.sequence
            handled += 1
        await ending
        ticker.check(seconds)
        ledger = rb.verify()
        assert ledger.balances()
        assert (ledger.seen, ledger.delivered) == (producing.result(), handled)

    run(main())
