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
    """Closes a buffer when the cycle collector finds it."""

    def __init__(self, rb: aiobpf.BpfRingBuffer) -> None:
        self.rb = rb
        self.me = self

    def __del__(self) -> None:
        self.rb.close()


@pytest.mark.parametrize("records", [2, 100, 5000])
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
                    Cycle(rb)
                    gc.set_threshold(1)  # ctypes instances are tracked: the next one collects
        finally:
            gc.set_threshold(*before)
        assert got == list(range(len(got)))
        ledger = rb.statistics()
        assert rb.closed
        assert ledger.delivered == len(got)
        assert ledger.balances()

    run(main())
