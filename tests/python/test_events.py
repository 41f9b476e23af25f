"""What an event is: bytes, ctypes structures, and classes made from BTF."""

import asyncio
import ctypes
import enum
import gc
import pathlib
import sys
import weakref
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import NUMBERED, numbered, take

Buffer = aiobpf.BpfRingBuffer


class Numbered(ctypes.Structure):
    _fields_ = [
        ("sequence", ctypes.c_uint64),
        ("check", ctypes.c_uint64),
        ("ring", ctypes.c_uint32),
        ("negative", ctypes.c_int32),
        ("text", ctypes.c_char * 8),
        ("shorts", ctypes.c_uint16 * 2),
        ("colour", ctypes.c_int32),
        ("odd", ctypes.c_bool),
        ("tiny", ctypes.c_int8),
        ("pad", ctypes.c_uint8 * 6),
    ]


async def events_of(event_type: Any, *records: bytes) -> list[Any]:
    ring = aiobpf.MemoryRing(64 * 1024)
    async with Buffer(ring, event_type) as rb:
        for record in records:
            assert ring.emit(record)
        events = aiter(rb)
        return [await anext(events) for _ in records]


class TestKinds:
    def test_bytes_are_the_whole_record(self, run: Run) -> None:
        assert run(events_of(bytes, b"", b"a", numbered(3))) == [b"", b"a", numbered(3)]

    def test_a_structure_is_a_new_instance_each_time(self, run: Run) -> None:
        first, second = run(events_of(Numbered, numbered(1), numbered(2)))
        assert (first.sequence, second.sequence) == (1, 2)
        assert (second.text, second.negative, second.odd) == (b"abc", -2, False)
        first.sequence = 7
        assert bytes(second) == numbered(2)

    def test_a_structure_may_have_an_init_and_a_new_of_its_own(self, run: Run) -> None:
        class Picky(ctypes.Structure):
            _fields_ = [("word", ctypes.c_uint32)]

            def __new__(cls, word: int) -> "Picky":
                raise AssertionError("records come as from_buffer_copy() gives them")

            def __init__(self, word: int) -> None:
                raise AssertionError("records come as from_buffer_copy() gives them")

        (event,) = run(events_of(Picky, bytes([1, 2, 0, 0])))
        assert type(event) is Picky and event.word == 0x201

    @pytest.mark.parametrize("moved_by", [0, 8])
    def test_a_structure_is_written_to_where_ctypes_says_that_its_bytes_are(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, moved_by: int
    ) -> None:
        copies: list[bytes] = []

        class Word(ctypes.Structure):
            _fields_ = [("word", ctypes.c_uint32)]

            @classmethod
            def from_buffer_copy(cls, source: Any, offset: int = 0) -> "Word":
                copies.append(bytes(source))
                return type(cls).from_buffer_copy(cls, source, offset)

        address = ctypes.addressof
        monkeypatch.setattr(ctypes, "addressof", lambda instance: address(instance) + moved_by)
        events = run(events_of(Word, bytes([1, 2, 0, 0]), bytes([3, 4, 0, 0])))
        assert [event.word for event in events] == [0x201, 0x403]
        # A CPython that keeps the pointer elsewhere than we know is asked to copy.
        assert len(copies) == (2 if moved_by else 0)

    def test_a_big_endian_structure_is_read_as_such(self, run: Run) -> None:
        class Big(ctypes.BigEndianStructure):
            _fields_ = [("word", ctypes.c_uint32)]

        (event,) = run(events_of(Big, bytes([1, 2, 3, 4])))
        assert event.word == 0x01020304

    @pytest.mark.kernel
    def test_a_name_is_looked_up_in_the_maps_object(self, run: Run, emitter: aiobpf.BpfObject) -> None:
        rb = Buffer(emitter.maps["first"], "numbered")
        emitter.program("emit").run((5).to_bytes(8, "little") + (1).to_bytes(16, "little"))
        assert run(take(rb, 1)) == [5]
        rb.close()

    @pytest.mark.kernel
    def test_an_unknown_name_is_an_error(self, emitter: aiobpf.BpfObject) -> None:
        with pytest.raises(aiobpf.BpfNotFoundError, match="nothing"):
            Buffer(emitter.maps["first"], "nothing")

    def test_a_name_without_an_object_is_an_error(self) -> None:
        with pytest.raises(aiobpf.BpfError, match="no object whose BTF"):
            Buffer(aiobpf.MemoryRing(4096), "numbered")

    @pytest.mark.parametrize("wrong", [5, int, str, ctypes.c_int, ctypes.Structure, Numbered(), object()])
    def test_anything_else_is_a_type_error(self, wrong: Any) -> None:
        with pytest.raises((TypeError, aiobpf.BpfError)) as raised:
            Buffer(aiobpf.MemoryRing(4096), wrong)
        assert isinstance(raised.value, TypeError)


class TestLength:
    @pytest.mark.parametrize("kind", ["structure", "class"])
    @pytest.mark.parametrize("wrong", [b"", numbered(0)[:-1], numbered(0) + b"\0"])
    def test_another_length_is_an_error_and_the_next_event_comes(
        self, run: Run, driver: Any, event_class: type[Any], kind: str, wrong: bytes
    ) -> None:
        async def main() -> None:
            ring = aiobpf.MemoryRing(64 * 1024)
            event_type = Numbered if kind == "structure" else event_class
            async with Buffer(ring, event_type, driver=driver) as rb:
                for record in (numbered(0), wrong, numbered(1)):
                    ring.emit(record)
                assert await take(rb, 1) == [0]
                with pytest.raises(aiobpf.BtfValidationError, match=f"a record of {len(wrong)} bytes"):
                    await take(rb, 1)
                assert await take(rb, 1) == [1]
                assert rb.verify().balances()

        run(main())


@pytest.fixture
def event(event_class: type[Any]) -> Any:
    return event_class(numbered(3))


class TestClass:
    def test_fields_are_read_by_name(self, event: Any) -> None:
        assert (event.sequence, event.check, event.ring, event.negative) == (3, 2**64 - 4, 0, -3)
        assert (event.text, event.shorts, event.pad) == (b"abc", (3, 7), bytes(6))
        assert event.odd is True
        assert event.tiny == -1

    def test_an_enum_is_an_int_enum(self, event_class: type[Any], event: Any) -> None:
        assert isinstance(event.colour, enum.IntEnum)
        assert (event.colour.name, event.colour) == ("GREEN", 2)
        assert event_class(numbered(2)).colour.name == "BLUE"

    def test_an_enum_value_without_a_name_stays_a_number(self, event_class: type[Any]) -> None:
        values = list(NUMBERED.unpack(numbered(3)))
        values[8 - 1] = 99
        odd_one = event_class(NUMBERED.pack(*values))
        assert type(odd_one.colour) is int and odd_one.colour == 99

    def test_text_ends_at_its_nul_or_at_its_end(self, event_class: type[Any]) -> None:
        values = list(NUMBERED.unpack(numbered(3)))
        values[4] = b"12345678"
        assert event_class(NUMBERED.pack(*values)).text == b"12345678"
        values[4] = bytes(8)
        assert event_class(NUMBERED.pack(*values)).text == b""

    def test_repr_shows_every_field(self, event: Any) -> None:
        assert repr(event) == (
            "numbered(sequence=3, check=18446744073709551612, ring=0, negative=-3, text=b'abc', "
            "shorts=(3, 7), colour=<colour.GREEN: 2>, odd=True, tiny=-1, pad=b'\\x00\\x00\\x00\\x00\\x00\\x00')"
        )

    def test_events_are_equal_when_their_fields_are(self, event_class: type[Any], event: Any) -> None:
        same = event_class(numbered(3))
        behind_the_nul = event_class(numbered(3).replace(b"xyz", b"XYZ"))
        other = event_class(numbered(4))
        assert event == same == behind_the_nul
        assert hash(event) == hash(same) == hash(behind_the_nul)
        assert event != other and not event == other
        assert event != numbered(3)
        assert len({event, same, other}) == 2
        with pytest.raises(TypeError):
            assert event < other

    def test_it_can_be_matched(self, event: Any, event_class: type[Any]) -> None:
        match event:
            case event_class(sequence=3, odd=True, shorts=(low, _)):  # type: ignore[misc]
                assert low == 3
            case _:
                pytest.fail("no match")
        match event:
            case event_class(3, check):  # type: ignore[misc]
                assert check == event.check
            case _:
                pytest.fail("no match")
        assert event_class.__match_args__ == event_class._fields
        assert event_class._fields[:2] == ("sequence", "check")

    def test_it_cannot_be_changed(self, event: Any, event_class: type[Any]) -> None:
        with pytest.raises(AttributeError):
            event.sequence = 4
        with pytest.raises(AttributeError):
            event.more = 4
        with pytest.raises(TypeError):
            event_class._layout = None
        with pytest.raises(TypeError):
            memoryview(event)[0] = 1

    def test_its_bytes_are_the_record(self, event: Any) -> None:
        assert bytes(memoryview(event)) == bytes(event) == numbered(3)
        assert memoryview(event).readonly

    def test_it_is_made_of_exactly_its_bytes(self, event_class: type[Any]) -> None:
        assert event_class(bytearray(numbered(3))) == event_class(data=memoryview(numbered(3)))
        with pytest.raises(ValueError, match="numbered has 48 bytes, not 47"):
            event_class(numbered(3)[:-1])
        with pytest.raises(TypeError):
            event_class("text")
        with pytest.raises(TypeError):
            event_class()

    def test_what_cannot_be_read_is_refused_by_name(self, objects: pathlib.Path) -> None:
        shapes = aiobpf.open(objects / "shapes.bpf.o")
        with pytest.raises(aiobpf.BpfUnsupportedError, match="field 'tail' is an array without a length"):
            shapes.event_type("with_tail")
        with pytest.raises(aiobpf.BtfValidationError, match="type 'int' is 'int': an event is a struct or a union"):
            shapes.event_type("int")


class TestMemory:
    @pytest.mark.parametrize("kind", ["bytes", "structure", "class"])
    def test_a_hundred_thousand_events_leave_nothing_behind(
        self, run: Run, driver: Any, event_class: type[Any], kind: str
    ) -> None:
        cls: Any = {"bytes": bytes, "structure": Numbered, "class": event_class}[kind]
        ring = aiobpf.MemoryRing(256 * 1024)
        records = [numbered(n) for n in range(2000)]

        async def iterate(times: int) -> None:
            async with asyncio.timeout(30):
                left = times * len(records)
                for record in records:
                    ring.emit(record)
                async for _ in rb:
                    left -= 1
                    if left == 0:
                        break
                    if left % len(records) == 0:
                        for record in records:
                            ring.emit(record)

        rb = Buffer(ring, cls, driver=driver)
        run(iterate(2))
        gc.collect()
        references, blocks = sys.getrefcount(cls), sys.getallocatedblocks()
        run(iterate(50))
        gc.collect()
        assert abs(sys.getrefcount(cls) - references) <= 2
        assert abs(sys.getallocatedblocks() - blocks) < 1000
        assert rb.verify().delivered == 52 * len(records)
        rb.close()

    def test_a_class_that_knows_its_buffer_is_collected_with_it(self) -> None:
        class Self(ctypes.Structure):
            _fields_ = [("word", ctypes.c_uint32)]

        rb = Buffer(aiobpf.MemoryRing(4096), Self)
        reader = rb._reader
        rb.close()
        Self.reader = reader  # type: ignore[attr-defined]
        gone = weakref.ref(Self)
        del Self, reader, rb
        gc.collect()
        assert gone() is None
