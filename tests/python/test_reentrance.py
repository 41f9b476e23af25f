"""Anybody's code may run while an event is made: the cycle collector calls finalizers."""

from __future__ import annotations

import ctypes
import gc

import aiobpf
import pytest
from conftest import Run


class Event(ctypes.Structure):
    _fields_ = [("number", ctypes.c_uint64)]


class Cycle:
    """Closes a buffer when the cycle collector finds it, and writes over all of its ring that is free then."""

    def __init__(self, rb: aiobpf.BpfRingBuffer, ring: aiobpf.MemoryRing) -> None:
        self.rb, self.ring = rb, ring
        self.me = self

    def __del__(self) -> None:
        self.rb.close()
        while self.ring.emit(b"\xff" * 8):
            pass


@pytest.mark.parametrize("records", [2, 100, 5000, 10000])
def test_a_finalizer_that_closes_the_buffer_ends_the_loop(run: Run, driver: str, records: int) -> None:
    ring = aiobpf.MemoryRing(256 * 1024)
    for number in range(records):
        assert ring.emit(number.to_bytes(8, "little"))

    async def main() -> None:
        rb = aiobpf.BpfRingBuffer(ring, Event, driver=driver)  # type: ignore[arg-type]
        got: list[int] = []
        before = gc.get_threshold()
        try:
            async for event in rb:
                got.append(event.number)
                if len(got) == 1:
                    Cycle(rb, ring)
                    gc.set_threshold(1)  # ctypes instances are tracked: the next one collects
        finally:
            gc.set_threshold(*before)
        assert got == list(range(len(got)))
        ledger = rb.statistics()
        assert rb.closed
        assert ledger.delivered == len(got)
        assert ledger.balances()

    run(main())


class Taker:
    """Emits `more` events and takes all that it can get, when the cycle collector finds it."""

    def __init__(self, rb: aiobpf.BpfRingBuffer, ring: aiobpf.MemoryRing, first: int, more: int) -> None:
        self.rb, self.ring, self.first, self.more = rb, ring, first, more
        self.taken: list[int] = []
        self.me = self

    def __del__(self) -> None:
        for number in range(self.first, self.first + self.more):
            assert self.ring.emit(number.to_bytes(8, "little"))
        step = aiter(self.rb).__anext__()
        refused = 0  # in a row: it yields when its turn is over, and when there is nothing
        while refused < 2:
            try:
                step.send(None)  # type: ignore[attr-defined]
                refused += 1
            except StopIteration as taken:
                self.taken.append(taken.value.number)
                refused = 0


@pytest.mark.parametrize("more", [0, 1, 20, 3000])
@pytest.mark.parametrize("records", [2, 3, 100, 5000])
def test_a_finalizer_that_takes_events_leaves_the_one_that_is_made_as_it_is(
    run: Run, driver: str, records: int, more: int
) -> None:
    ring = aiobpf.MemoryRing(256 * 1024)
    for number in range(records):
        assert ring.emit(number.to_bytes(8, "little"))

    async def main() -> None:
        async with aiobpf.BpfRingBuffer(ring, Event, driver=driver) as rb:  # type: ignore[arg-type]
            got: list[int] = []
            before = gc.get_threshold()
            taker = Taker(rb, ring, records, more)
            taken = taker.taken
            try:
                async for event in rb:
                    got.append(event.number)
                    if len(got) == 1:
                        del taker
                        gc.set_threshold(1)
                    if len(got) + len(taken) == records + more:
                        break
            finally:
                gc.set_threshold(*before)
            assert got == sorted(got) and taken == sorted(taken)
            assert sorted(got + taken) == list(range(records + more))
            ledger = rb.statistics()
            assert ledger.delivered == records + more and ledger.balances()

    run(main())
