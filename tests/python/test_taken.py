"""A ring that another reader takes over: an error of its own for the first one, and no record is lost."""

from __future__ import annotations

import asyncio

import aiobpf
import pytest
from conftest import Run
from helpers import emit, take

pytestmark = pytest.mark.kernel


def test_a_reader_whose_ring_another_one_took_is_told(run: Run, emitter: aiobpf.BpfObject, driver: str) -> None:
    async def main() -> None:
        ring = emitter.maps["first"]
        async with (
            aiobpf.BpfRingBuffer(ring, "numbered", driver="inline") as first,
            aiobpf.BpfRingBuffer(ring, "numbered", driver=driver) as second,
        ):
            emit(emitter, 0, 10)
            assert await take(second, 10) == list(range(10))
            emit(emitter, 10, 5)
            async with asyncio.timeout(10):
                with pytest.raises(aiobpf.BpfBusyError, match="another reader has taken this ring"):
                    await take(first, 1)
            assert await take(second, 5) == list(range(10, 15))
            assert second.verify().balances()
            ledger = first.verify()
            assert ledger.balances() and not ledger.counted and ledger.received == 0

    run(main())


def test_a_reader_that_ends_leaves_the_position_to_the_one_that_took_the_ring(
    run: Run, emitter: aiobpf.BpfObject, driver: str
) -> None:
    async def main() -> None:
        ring = emitter.maps["first"]
        first = aiobpf.BpfRingBuffer(ring, "numbered", driver="inline", latency=60)
        for sequence, count in ((0, 4), (4, 3), (7, 3)):  # fast enough: it holds the last one back
            emit(emitter, sequence, count)
            assert await take(first, count) == list(range(sequence, sequence + count))
        async with aiobpf.BpfRingBuffer(ring, "numbered", driver=driver) as second:
            emit(emitter, 10, 5)
            assert await take(second, 6) == list(range(9, 15))
            first.close()
            emit(emitter, 15, 5)
            assert await take(second, 5) == list(range(15, 20))
            assert second.verify().balances()

    run(main())
