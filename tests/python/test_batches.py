"""Batches: sequences of events, and buffers that numpy takes without a copy."""

import asyncio
import contextlib
import ctypes
from typing import Any

import aiobpf
import numpy as np
import pytest
from conftest import Run
from helpers import MemorySource, Source, emit, numbered, take

Buffer = aiobpf.BpfRingBuffer

DTYPE = np.dtype(
    [
        ("sequence", "u8"),
        ("check", "u8"),
        ("ring", "u4"),
        ("negative", "i4"),
        ("text", "S8"),
        ("shorts", "u2", 2),
        ("colour", "i4"),
        ("odd", "?"),
        ("tiny", "i1"),
        ("pad", "V6"),
    ]
)


async def batch_of(rb: Buffer, events: int) -> aiobpf.Batch:
    """The next batch, which has that many events."""
    batch = await anext(aiter(rb.batches()))
    assert len(batch) == events
    return batch


@pytest.fixture
def batch(run: Run, source: Source, driver: Any, event_class: type[Any]) -> Any:
    """Ten events: 0 to 9."""
    source.emit(10)  # before the reader comes: one batch takes them all
    with_it = Buffer(source.ring, event_class, driver=driver)
    made = run(batch_of(with_it, 10))
    with_it.close()  # the batch outlives it
    return made


def test_batches_carry_every_event_in_order(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        got: list[int] = []
        source.emit(1500)
        async for batch in buffer.batches():
            got.extend(event.sequence for event in batch)
            if len(got) < 3000 and len(got) >= source.emitted:
                source.emit(min(700, 3000 - source.emitted))
            if len(got) == 3000:
                break
        assert got == list(range(3000))
        ledger = buffer.verify()
        assert ledger.balances() and ledger.delivered == 3000

    run(main())


class TestSequence:
    def test_it_is_indexed_and_sliced_as_a_list(self, batch: aiobpf.Batch) -> None:
        assert len(batch) == 10
        everything = list(batch)
        assert [event.sequence for event in everything] == list(range(10))
        for index in range(-10, 10):
            assert batch[index] == everything[index]
        for cut in (slice(None), slice(2, 5), slice(-3, None), slice(None, None, -2), slice(8, 2), slice(5, 99)):
            assert batch[cut] == everything[cut]
        assert list(reversed(batch)) == everything[::-1]  # type: ignore[call-overload]
        assert everything[3] in batch

    @pytest.mark.parametrize("index", [10, -11, 2**70])
    def test_an_index_out_of_range_is_an_index_error(self, batch: aiobpf.Batch, index: int) -> None:
        with pytest.raises(IndexError):
            batch[index]

    def test_other_indices_are_type_errors(self, batch: aiobpf.Batch) -> None:
        with pytest.raises(TypeError, match="integers or slices"):
            batch["sequence"]  # type: ignore[call-overload]
        with pytest.raises(TypeError):
            batch[0] = 1  # type: ignore[index]

    def test_it_matches_as_a_sequence(self, batch: Any) -> None:
        match batch:
            case [first, *_, last]:
                assert (first.sequence, last.sequence) == (0, 9)
            case _:
                pytest.fail("no match")
        assert repr(batch) == "<aiobpf.Batch of 10 events>"


class TestBuffer:
    def test_a_memoryview_has_two_dimensions_of_bytes(self, batch: Any) -> None:
        view = memoryview(batch)
        assert (view.shape, view.format, view.itemsize, view.ndim) == ((10, 48), "B", 1, 2)
        assert view.strides == (56, 1)
        assert view.readonly
        assert view.tobytes() == b"".join(numbered(n) for n in range(10))

    def test_numpy_takes_it_without_a_copy(self, batch: Any) -> None:
        table = np.asarray(batch)
        assert (table.shape, table.dtype, table.flags.writeable) == ((10, 48), np.uint8, False)
        assert not table.flags.owndata
        assert np.shares_memory(table, np.asarray(batch))
        with pytest.raises(ValueError):
            table.flags.writeable = True

    def test_a_structured_view_reads_what_the_events_read(self, batch: Any) -> None:
        table = np.asarray(batch).view(DTYPE)
        assert table.shape == (10, 1)
        rows = table[:, 0]
        for row, event in zip(rows, batch, strict=True):
            for name in ("sequence", "check", "ring", "negative", "colour", "odd", "tiny"):
                assert row[name] == getattr(event, name)
            assert tuple(row["shorts"]) == event.shorts
            assert row["text"].partition(b"\0")[0] == event.text

    def test_it_lives_as_long_as_its_views(self, batch: Any) -> None:
        views = [np.asarray(batch), memoryview(batch)]
        expected = bytes(views[1])
        del batch
        assert views[0].tobytes() == expected

    @pytest.mark.parametrize("request_flags", [0, 1, 0x8, 0x18 | 0x20, 0x18 | 0x40, 0x18 | 0x80, 0x11D])
    def test_it_refuses_what_it_is_not(self, batch: Any, request_flags: int) -> None:
        # simple, writable, ND, C-, Fortran- and any contiguous, and FULL: writable
        view = ctypes.create_string_buffer(256)
        get_buffer = ctypes.pythonapi.PyObject_GetBuffer
        get_buffer.argtypes = [ctypes.py_object, ctypes.c_void_p, ctypes.c_int]
        with pytest.raises(BufferError):
            get_buffer(batch, view, request_flags)

    def test_bytes_go_by_the_buffer(self, batch: Any) -> None:
        assert bytes(batch) == b"".join(numbered(n) for n in range(10))


def test_records_of_different_lengths_are_no_buffer(run: Run, driver: Any) -> None:
    async def main() -> None:
        ring = aiobpf.MemoryRing(4096)
        for record in (b"four", b"seven!!"):
            ring.emit(record)
        async with Buffer(ring, driver=driver) as rb:
            batch = await batch_of(rb, 2)
        assert list(batch) == [b"four", b"seven!!"]
        with pytest.raises(BufferError, match=r"differ in length.*iterate"):
            memoryview(batch)  # type: ignore[arg-type]

    run(main())


@pytest.mark.kernel
def test_discarded_records_between_are_no_buffer_and_no_events(
    run: Run, driver: Any, emitter: aiobpf.BpfObject
) -> None:
    async def main() -> None:
        emit(emitter, 0, 9, discard=3)
        async with Buffer(emitter.maps["first"], "numbered", driver=driver) as rb:
            batch = await batch_of(rb, 6)
            ledger = rb.verify()
        assert [event.sequence for event in batch] == [1, 2, 4, 5, 7, 8]
        assert (ledger.seen, ledger.discarded, ledger.delivered) == (9, 3, 6)
        assert ledger.balances()
        with pytest.raises(BufferError, match="equal distances"):
            memoryview(batch)  # type: ignore[arg-type]

    run(main())


def test_what_a_broken_loop_left_comes_first(run: Run, source: Source, driver: Any, event_class: type[Any]) -> None:
    async def main() -> None:
        source.emit(10)
        async with Buffer(source.ring, event_class, driver=driver) as rb:
            assert await take(rb, 3) == [0, 1, 2]
            rest = await batch_of(rb, 7)
            source.emit(2)
            assert [event.sequence for event in rest] == list(range(3, 10))
            assert rest[0].sequence == 3 and rest[-1].sequence == 9
            assert bytes(rest) == b"".join(numbered(n) for n in range(3, 10))  # type: ignore[arg-type]
            assert await take(rb, 2) == [10, 11]
            assert rb.verify().delivered == 12

    run(main())


def test_rings_of_one_length_make_one_table(run: Run, driver: Any) -> None:
    async def main() -> None:
        rings = [aiobpf.MemoryRing(4096) for _ in range(3)]
        for n, ring in enumerate(rings):
            ring.emit(bytes([n]) * 16)
            ring.emit(bytes([n]) * 16)
        async with Buffer(rings[0], driver=driver) as rb:
            rb.add(rings[1])
            rb.add(rings[2])
            rows = []
            async for batch in rb.batches():
                rows += [bytes(row) for row in np.asarray(batch)]
                if len(rows) == 6:
                    break
        assert sorted(rows) == [bytes([n]) * 16 for n in (0, 0, 1, 1, 2, 2)]

    run(main())


def test_an_event_of_another_length_is_an_error_of_its_own(run: Run, driver: Any, event_class: type[Any]) -> None:
    async def main() -> None:
        ring = aiobpf.MemoryRing(4096)
        ring.emit(numbered(0))
        ring.emit(b"short")
        async with Buffer(ring, event_class, driver=driver) as rb:
            batch = await batch_of(rb, 2)
        assert batch[0].sequence == 0
        with pytest.raises(aiobpf.BtfValidationError):
            batch[1]
        with pytest.raises(aiobpf.BtfValidationError):
            list(batch)

    run(main())


def test_batches_wait_and_are_cancelled_as_events_are(run: Run, driver: Any, event_class: type[Any]) -> None:
    async def main() -> None:
        source = MemorySource()
        async with Buffer(source.ring, event_class, driver=driver) as rb:
            task = asyncio.create_task(batch_of(rb, 1))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            task = asyncio.create_task(batch_of(rb, 1))
            await asyncio.sleep(0)
            source.emit()
            assert (await task)[0].sequence == 0

    run(main())


def test_asdict_gives_the_columns_by_name(batch: Any, event_class: type[Any]) -> None:
    columns = batch._asdict()
    assert list(columns) == list(event_class._fields)
    assert columns == {name: [getattr(event, name) for event in batch] for name in event_class._fields}
    assert columns["sequence"] == list(range(10))


def test_asdict_refuses_events_without_fields(run: Run, source: Source, driver: Any) -> None:
    source.emit(2)
    with contextlib.closing(Buffer(source.ring, driver=driver)) as rb:
        batch: Any = run(batch_of(rb, 2))
    with pytest.raises(TypeError, match=r"bytes has no fields by name: give the buffer an event_type made from BTF"):
        batch._asdict()


def test_asdict_refuses_events_of_two_types(run: Run, source: Source, event_class: type[Any]) -> None:
    other = MemorySource()
    source.emit()
    other.emit()
    with contextlib.closing(Buffer(source.ring, event_class, driver="inline")) as rb:
        rb.add(other.ring, bytes)
        batch: Any = run(batch_of(rb, 2))
    with pytest.raises(TypeError, match=r"events of one type, these are of \S*numbered and bytes"):
        batch._asdict()
