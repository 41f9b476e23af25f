"""A million records while another thread emits them: each is delivered, or counted."""

import asyncio
import pathlib
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import close_when_empty, emit

pytestmark = pytest.mark.kernel

RECORDS = 1_000_000
ROOMY = 32 << 20  # holds all of its half a million records of 56 bytes
TIGHT = 256 << 10

ALL_ONES = 2**64 - 1


def load(objects: pathlib.Path, ring_bytes: int) -> aiobpf.BpfObject:
    file = aiobpf.open(objects / "emit.bpf.o")
    file.set_max_entries("first", ring_bytes)
    file.set_max_entries("second", ring_bytes)
    return file.load()


async def take_while_emitting(obj: aiobpf.BpfObject, driver: Any) -> tuple[int, bool, aiobpf.Ledger]:
    """How many events came, whether the sequence had gaps, and the account."""
    rb = aiobpf.BpfRingBuffer(obj.maps["first"], "numbered", driver=driver)
    rb.add(obj.maps["second"], "numbered")

    async def emit_and_close() -> None:
        await asyncio.to_thread(emit, obj, 0, RECORDS, ring=2)  # in turn: even ones go into the first
        await close_when_empty(rb)

    emitting = asyncio.create_task(emit_and_close())
    events = 0
    gaps = False
    expected = [0, 1]
    async for event in rb:
        sequence, ring = event.sequence, event.ring
        if sequence != expected[ring]:
            gaps = True
            assert sequence > expected[ring] and sequence % 2 == ring, (sequence, expected, ring)
        assert event.check == sequence ^ ALL_ONES
        expected[ring] = sequence + 2
        events += 1
    await emitting
    return events, gaps, rb.verify()


@pytest.mark.parametrize("round", range(5))
def test_a_million_records_are_a_million_events(run: Run, objects: pathlib.Path, driver: str, round: int) -> None:
    with load(objects, ROOMY) as obj:
        events, gaps, ledger = run(take_while_emitting(obj, driver))
    assert (events, gaps) == (RECORDS, False)
    assert ledger.balances()
    assert ledger.seen == ledger.submitted == ledger.received == ledger.delivered == RECORDS


def test_of_a_million_records_for_small_rings_each_is_delivered_or_counted(
    run: Run, objects: pathlib.Path, driver: str
) -> None:
    with load(objects, TIGHT) as obj:
        events, gaps, ledger = run(take_while_emitting(obj, driver))
    assert ledger.balances()
    assert ledger.seen == RECORDS
    assert ledger.delivered == events > 0
    assert ledger.lost() == dict.fromkeys(ledger.lost(), 0) | {"ring_full": RECORDS - events}
    assert ledger.ring_full > 0 or not gaps
