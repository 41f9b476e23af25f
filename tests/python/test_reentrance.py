"""Anybody's code may run while an event is made: the cycle collector calls finalizers."""

from __future__ import annotations

import asyncio
import ctypes
import gc
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import Source, numbered


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
        ledger = rb.verify()
        assert rb.closed
        assert ledger.delivered == len(got)
        assert ledger.balances()

    run(main())


class Taker:
    """Emits `more` events and takes all that it can get, when the cycle collector finds it. Emits a last one then."""

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
        assert self.ring.emit((self.first + self.more).to_bytes(8, "little"))


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
                    if event.number == records + more:
                        break
            finally:
                gc.set_threshold(*before)
            assert got == sorted(got) and taken == sorted(taken)
            assert sorted(got + taken) == list(range(records + more + 1))
            ledger = rb.verify()
            assert ledger.delivered == records + more + 1 and ledger.balances()

    run(main())


def send(rb: aiobpf.BpfRingBuffer) -> Any:
    """One step of anext(), as a task makes it: what it is to wait on, or None; StopIteration brings an event."""
    return aiter(rb).__anext__().send(None)  # type: ignore[attr-defined]


@pytest.mark.parametrize("more", [1, 2])
def test_a_task_about_to_wait_is_woken_although_others_ask_meanwhile(run: Run, driver: str, more: int) -> None:
    """The task has got what it is to wait on; now the collector runs, and a finalizer asks for an event."""
    ring = aiobpf.MemoryRing(4096)

    async def main() -> None:
        async with aiobpf.BpfRingBuffer(ring, driver=driver) as rb:  # type: ignore[arg-type]
            about = send(rb)
            for _ in range(more):
                send(rb)
            woken = asyncio.get_running_loop().create_future()
            about.add_done_callback(lambda _: woken.set_result(None))
            ring.emit(b"event")
            await woken
            assert await anext(rb) == b"event"

    run(main())


def test_a_task_that_waits_gets_what_others_leave_of_a_batch(run: Run, source: Source) -> None:
    async def main() -> None:
        async with aiobpf.BpfRingBuffer(source.ring, driver="inline") as rb:
            waiting = asyncio.create_task(rb.get())
            await asyncio.sleep(0)
            source.emit(2)
            with pytest.raises(StopIteration) as taken:
                send(rb)
            assert taken.value.value == numbered(0)
            for _ in range(5):  # turns of the loop: not only when a timer looks
                await asyncio.sleep(0)
            assert waiting.done()
            assert waiting.result() == numbered(1)

    run(main())
