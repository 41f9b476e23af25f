"""Records of several types in one ring: event_type={tag: type, ...}, discriminator="kind"."""

import ctypes
import enum
import pathlib
import struct
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest
from conftest import Run


class Head(ctypes.Structure):
    _fields_ = [("kind", ctypes.c_uint32), ("sequence", ctypes.c_uint32)]


class Opened(ctypes.Structure):
    _fields_ = [("head", Head), ("path", ctypes.c_char * 24)]


class Closed(ctypes.Structure):
    _fields_ = [("head", Head), ("result", ctypes.c_int64)]


class Kind(enum.IntEnum):
    OPENED = 1
    CLOSED = 2


def opened(sequence: int) -> bytes:
    return struct.pack("<II24s", 1, sequence, b"/")


def closed(sequence: int) -> bytes:
    return struct.pack("<IIq", 2, sequence, -sequence)


STRAY = struct.pack("<II", 9, 0)
SHORT = struct.pack("<I", 1)
LONG = closed(0) + b"more"
TYPES: dict[Any, Any] = {Kind.OPENED: Opened, Kind.CLOSED: Closed}


@pytest.fixture
def kinds(objects: pathlib.Path) -> Iterator[aiobpf.BpfObject]:
    """kinds.bpf.o, loaded."""
    with aiobpf.load(objects / "kinds.bpf.o") as obj:
        yield obj


async def take(rb: Any, count: int) -> list[Any]:
    got = []
    async for event in rb:
        got.append(event)
        if len(got) == count:
            break
    return got


def test_each_record_is_of_the_type_of_its_tag(run: Run, driver: Any) -> None:
    ring = aiobpf.MemoryRing(64 * 1024)

    async def main() -> None:
        async with aiobpf.BpfRingBuffer(ring, TYPES, discriminator="head.kind", driver=driver) as rb:
            for n in range(0, 100, 2):
                ring.emit(opened(n))
                ring.emit(closed(n + 1))
            got = await take(rb, 100)
            assert [type(event) for event in got] == [Opened, Closed] * 50
            assert [event.head.sequence for event in got] == list(range(100))
            assert rb.count_types() == {Kind.OPENED: 50, Kind.CLOSED: 50}

    run(main())


def test_what_fits_no_type_is_counted_by_its_cause(run: Run, driver: Any) -> None:
    ring = aiobpf.MemoryRing(64 * 1024)

    async def main() -> None:
        async with aiobpf.BpfRingBuffer(ring, TYPES, discriminator="head.kind", driver=driver) as rb:
            for record in (STRAY, opened(0), SHORT, LONG, b"", STRAY, closed(1)):
                ring.emit(record)
            got = await take(rb, 2)
            assert [event.head.sequence for event in got] == [0, 1]
            ledger = rb.verify()
            assert (ledger.unknown_type, ledger.too_short, ledger.too_long) == (2, 2, 1)
            assert ledger.delivered == 2
            assert ledger.balances()
        assert rb.statistics().balances()
        assert rb.statistics() == rb.statistics(0)

    run(main())


def test_what_fits_no_type_is_bytes_when_asked_for(run: Run, driver: Any) -> None:
    ring = aiobpf.MemoryRing(64 * 1024)

    async def main() -> None:
        types = TYPES | {None: bytes}
        async with aiobpf.BpfRingBuffer(ring, types, discriminator="head.kind", driver=driver) as rb:
            for record in (STRAY, opened(0), SHORT, LONG):
                ring.emit(record)
            got = await take(rb, 4)
            assert [got[0], got[2], got[3]] == [STRAY, SHORT, LONG]
            assert rb.verify().delivered == 4
            assert rb.verify().balances()

    run(main())


def test_a_type_of_none_is_skipped_and_counted(run: Run, driver: Any) -> None:
    ring = aiobpf.MemoryRing(64 * 1024)

    async def main() -> None:
        types = {1: None, 2: Closed}
        async with aiobpf.BpfRingBuffer(ring, types, discriminator=(0, 4), driver=driver) as rb:
            for n in range(1000):
                ring.emit(opened(n) if n % 10 else closed(n))
            got = await take(rb, 100)
            assert [event.head.sequence for event in got] == list(range(0, 1000, 10))
            assert await rb.drain(5.0) == 9  # the last ones, which nobody has passed yet
            ring.emit(closed(1000))
            assert (await take(rb, 1))[0].head.sequence == 1000
            ledger = rb.verify()
            assert (ledger.skipped, ledger.delivered, ledger.queued) == (900, 101, 0)
            assert ledger.balances()
            assert rb.count_types(0) == {1: 900, 2: 101}

    run(main())


def test_draining_counts_what_is_skipped(run: Run, driver: Any) -> None:
    ring = aiobpf.MemoryRing(64 * 1024)

    async def main() -> None:
        async with aiobpf.BpfRingBuffer(ring, {1: None, 2: Closed}, discriminator=(0, 4), driver=driver) as rb:
            for n in range(50):
                ring.emit(opened(n))
            ring.emit(closed(50))
            assert await take(rb, 1)
            assert await rb.drain(30.0) == 0

    run(main())


def test_a_batch_has_what_is_wanted_only(run: Run, driver: Any) -> None:
    ring = aiobpf.MemoryRing(64 * 1024)

    async def main() -> None:
        types = {1: None, 2: Closed}
        async with aiobpf.BpfRingBuffer(ring, types, discriminator="head.kind", driver=driver) as rb:
            for n in range(300):
                ring.emit((opened(n), closed(n), STRAY)[n % 3])
            got: list[Any] = []
            async for batch in rb.batches():
                assert len(batch) > 0
                got += list(batch)
                if len(got) == 100:
                    break
            assert [event.head.sequence for event in got] == list(range(1, 300, 3))
            ledger = rb.verify()
            assert ledger.balances()
            assert ledger.skipped == 100
            assert ledger.delivered == 100
            assert ledger.unknown_type + ledger.queued + ledger.unread == 100

    run(main())


def test_sources_have_types_of_their_own(run: Run, driver: Any) -> None:
    ring = aiobpf.MemoryRing(64 * 1024)

    async def main() -> None:
        async with aiobpf.Stream[Any](driver=driver) as s:
            plain = aiobpf.MemoryRing(4096)
            assert s.add(plain) == 0
            assert s.add(ring, TYPES, discriminator="head.kind") == 1
            ring.emit(STRAY)
            ring.emit(closed(7))
            plain.emit(b"abc")
            got = {}
            async for source, event in s.tagged():
                got[source] = event
                if len(got) == 2:
                    break
            assert got[0] == b"abc"
            assert got[1].result == -7
            assert s.statistics(0).unknown_type == 0
            assert s.statistics(1).unknown_type == 1
            assert s.statistics().unknown_type == 1
            s.remove(1)
            assert s.statistics().unknown_type == 1
            with pytest.raises(aiobpf.BpfNotFoundError, match="by type"):
                s.count_types(0)

    run(main())


@pytest.mark.kernel
def test_types_are_named_as_in_the_objects_btf(run: Run, driver: Any, kinds: aiobpf.BpfObject) -> None:
    async def main() -> None:
        types = {1: "opened", 2: "closed"}
        async with aiobpf.BpfRingBuffer(kinds.maps["events"], types, discriminator="head.kind", driver=driver) as rb:
            kinds.program("emit_kinds").run(struct.pack("<I", 4000))
            total = 0
            async for event in rb:
                match event.head.kind:
                    case 1:
                        assert event.path == b"/"
                    case 2:
                        assert event.result == -event.head.sequence
                assert event.head.sequence % 4 == event.head.kind - 1
                total += 1
                if total == 2000:
                    break
            assert await rb.drain(0) == 2  # behind the last event
            ledger = rb.verify()
            assert ledger.submitted == 4000
            assert (ledger.unknown_type, ledger.too_short) == (999, 999)
            assert ledger.balances()

    run(main())


@pytest.mark.parametrize(
    ("types", "discriminator", "error", "says"),
    [
        ({1: Opened}, None, TypeError, "discriminator='kind'"),
        (Opened, "head.kind", TypeError, "goes with"),
        ({}, "head.kind", ValueError, "no type by tag"),
        ({None: bytes}, "head.kind", ValueError, "no type by tag"),
        ({1: Opened, None: Closed}, "head.kind", TypeError, "is bytes"),
        ({1: Opened}, "head.kinds", ValueError, "Opened has no field 'head.kinds'"),
        ({1: Opened}, "path", ValueError, "tag is an integer"),
        ({1: Opened}, "head", ValueError, "tag is an integer"),
        ({1: bytes}, "kind", ValueError, "discriminator=\\(0, 4\\)"),
        ({1: bytes}, (0, 3), ValueError, "not 3"),
        ({1: Opened, 2: Head}, "head.kind", ValueError, "Head has no field"),
        ({1: Closed, 2: Opened}, "head", ValueError, "tag is an integer"),
        ({1 << 32: Opened}, "head.kind", ValueError, "from -2147483648 to 4294967295"),
        ({"one": Opened}, "head.kind", TypeError, "must be an int"),
        ({1: Opened}, 5, TypeError, "field's name"),
        ({1: int}, "kind", TypeError, "has no fields"),
        ({-1: Opened, 0xFFFF_FFFF: Closed}, "head.kind", aiobpf.BtfValidationError, "both have the tag"),
    ],
)
def test_types_that_cannot_be_told_apart_are_refused(
    types: Any, discriminator: Any, error: type[Exception], says: str
) -> None:
    ring = aiobpf.MemoryRing(64 * 1024)
    with pytest.raises(error, match=says):
        aiobpf.BpfRingBuffer(ring, types, discriminator=discriminator)


def test_a_tag_at_two_places_is_refused() -> None:
    ring = aiobpf.MemoryRing(64 * 1024)

    class Other(ctypes.Structure):
        _fields_ = [("time", ctypes.c_uint64), ("kind", ctypes.c_uint32)]

    with pytest.raises(ValueError, match="offset 8 with 4 bytes in Other, and at offset 0 with 4 bytes in Head"):
        aiobpf.BpfRingBuffer(ring, {1: Head, 2: Other}, discriminator="kind")


def test_a_batch_keeps_its_decoders_when_sources_come_and_go(run: Run) -> None:
    ring = aiobpf.MemoryRing(64 * 1024)

    async def main() -> None:
        async with aiobpf.Stream[Any](driver="inline") as s:
            s.add(ring, TYPES, discriminator="head.kind")
            ring.emit(closed(1))
            batch = await anext(s.batches())
            s.remove(0)
            for _ in range(20):
                s.remove(s.add(aiobpf.MemoryRing(4096)))
            assert batch[0].result == -1

    run(main())
