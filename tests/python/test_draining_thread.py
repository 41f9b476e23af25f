"""What is particular to driver="thread": its queue, and the thread."""

from __future__ import annotations

import asyncio
import os
import signal

import aiobpf
import pytest
from conftest import Run
from helpers import Source, take

Buffer = aiobpf.BpfRingBuffer


@pytest.mark.parametrize("queue_bytes", [1, 56, 57, 4096])
def test_a_queue_that_is_full_is_filled_again_when_it_is_taken(
    run: Run, source: Source, event_class: type, queue_bytes: int
) -> None:
    async def main() -> None:
        async with Buffer(source.ring, event_class, queue_bytes=queue_bytes) as rb:
            for round in range(20):
                source.emit(5)
                assert await take(rb, 5) == list(range(round * 5, round * 5 + 5))
            assert rb.verify().balances()

    run(main())


def test_what_a_full_queue_has_no_room_for_stays_in_the_ring(run: Run, source: Source, event_class: type) -> None:
    async def main() -> None:
        async with Buffer(source.ring, event_class, queue_bytes=1) as rb:
            source.emit(1)
            ledger = rb.verify()
            while ledger.queued == 0:
                await asyncio.sleep(0)
                ledger = rb.verify()
            source.emit(9)
            ledger = rb.verify()
            assert (ledger.queued, ledger.unread) == (1, 9)
            assert await take(rb, 10) == list(range(10))

    run(main())


def blocked_signals(task: str) -> set[int]:
    with open(f"/proc/self/task/{task}/status") as file:
        mask = next(int(line.split()[1], 16) for line in file if line.startswith("SigBlk:"))
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


def test_the_thread_takes_no_signal_from_python() -> None:
    before = set(os.listdir("/proc/self/task"))
    rb = Buffer(aiobpf.MemoryRing(4096))
    (made,) = set(os.listdir("/proc/self/task")) - before
    # 32 and 33 are the C library's own.
    assert blocked_signals(made) >= set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP, 32, 33}
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()  # and ours is as it was
    rb.close()
