"""User rings: what is written is what programs take; awaiting room."""

import asyncio
import pathlib
import struct
import time
from collections.abc import Iterator

import aiobpf
import pytest
from conftest import Run

pytestmark = pytest.mark.kernel

ARGS = struct.Struct("QQQQ")


@pytest.fixture
def taker(objects: pathlib.Path) -> Iterator[aiobpf.BpfObject]:
    """user_ring.bpf.o, loaded."""
    with aiobpf.load(objects / "user_ring.bpf.o") as obj:
        yield obj


def drain(obj: aiobpf.BpfObject, most: int = 0) -> tuple[int, int]:
    """How many records a program took, and the sum of their numbers."""
    context = bytearray(ARGS.pack(0, 0, 0, most))
    obj.program("drain").run(context)
    total, _last, records, _left = ARGS.unpack(context)
    return records, total


def fill(ring: aiobpf.BpfUserRing) -> int:
    count = 0
    while ring.submit(struct.pack("Q", count)):
        count += 1
    return count


def test_what_is_written_is_what_a_program_takes(taker: aiobpf.BpfObject) -> None:
    with aiobpf.BpfUserRing(taker.maps["requests"]) as ring:
        assert ring.size == 4096
        for number in range(10):
            assert ring.submit(struct.pack("Q", number))
        assert ring.unread == 160
        assert drain(taker) == (10, 45)
        assert ring.unread == 0


def test_records_are_submitted_or_discarded_once(taker: aiobpf.BpfObject) -> None:
    with aiobpf.BpfUserRing(taker.maps["requests"]) as ring:
        record = ring.try_reserve(8)
        assert record is not None
        struct.pack_into("Q", record.data, 0, 5)
        assert drain(taker) == (0, 0)
        record.submit()
        with pytest.raises(aiobpf.BpfClosedError):
            record.submit()
        with pytest.raises(aiobpf.BpfClosedError):
            record.discard()
        with pytest.raises(ZeroDivisionError), ring.try_reserve(8) or pytest.fail():
            _ = 1 // 0
        assert drain(taker) == (1, 5)


def test_a_record_of_another_length_is_refused_and_blocks_nobody(taker: aiobpf.BpfObject) -> None:
    with aiobpf.BpfUserRing(taker.maps["requests"]) as ring:
        record = ring.try_reserve(8)
        assert record is not None
        record.data += b"x"
        with pytest.raises(aiobpf.BpfError, match="9 now"):
            record.submit()
        ring.submit(struct.pack("Q", 7))
        assert drain(taker) == (1, 7)


def test_a_record_that_is_forgotten_warns_and_blocks_nobody(taker: aiobpf.BpfObject) -> None:
    with aiobpf.BpfUserRing(taker.maps["requests"]) as ring:
        with pytest.warns(ResourceWarning, match="neither submitted nor discarded"):
            ring.try_reserve(8)
        ring.submit(struct.pack("Q", 7))
        assert drain(taker) == (1, 7)


def test_a_writer_waits_for_room(run: Run, taker: aiobpf.BpfObject) -> None:
    async def main() -> None:
        with aiobpf.BpfUserRing(taker.maps["requests"]) as ring:
            count = fill(ring)
            assert ring.try_reserve(8) is None
            writers = [asyncio.create_task(ring.write(struct.pack("Q", 1000))) for _ in range(3)]
            await asyncio.sleep(0)
            assert not any(writer.done() for writer in writers)
            began = time.monotonic()
            assert drain(taker) == (count, count * (count - 1) // 2)
            await asyncio.gather(*writers)
            assert time.monotonic() - began < 0.1  # before the safety look
            assert drain(taker) == (3, 3000)

    run(main())


def test_thousands_of_records_go_through_a_page(run: Run, taker: aiobpf.BpfObject) -> None:
    async def main() -> None:
        with aiobpf.BpfUserRing(taker.maps["requests"]) as ring:
            writing = asyncio.create_task(write(ring))
            taken = total = 0
            while taken < 5000:
                records, numbers = drain(taker)
                taken += records
                total += numbers
                await asyncio.sleep(0)
            await writing
            assert (taken, total) == (5000, 5000 * 4999 // 2)

    async def write(ring: aiobpf.BpfUserRing) -> None:
        for number in range(5000):
            await ring.write(struct.pack("Q", number))

    run(main())


def test_cancelling_reserves_nothing_and_closing_ends_those_who_wait(run: Run, taker: aiobpf.BpfObject) -> None:
    async def main() -> None:
        ring = aiobpf.BpfUserRing(taker.maps["requests"])
        count = fill(ring)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await ring.reserve(8)
        waiting = asyncio.create_task(ring.reserve(8))
        await asyncio.sleep(0)
        ring.close()
        with pytest.raises(aiobpf.BpfClosedError):
            await waiting
        with pytest.raises(aiobpf.BpfClosedError):
            ring.try_reserve(8)
        assert drain(taker)[0] == count

    run(main())


def test_what_cannot_be_is_refused(taker: aiobpf.BpfObject) -> None:
    with pytest.raises(aiobpf.BpfMapError, match="user_ringbuf is needed"):
        aiobpf.BpfUserRing(taker.maps["table"])
    with aiobpf.BpfUserRing(taker.maps["requests"]) as ring:
        with pytest.raises(aiobpf.BpfMapError, match="4096"):
            ring.try_reserve(4096)
        with pytest.raises(ValueError, match="size"):
            ring.try_reserve(-1)
