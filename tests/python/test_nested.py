"""Events of structs that are not flat: nested and anonymous ones, unions, bitfields, arrays of arrays."""

import copy
import pathlib
import pickle
import struct
from typing import Any

import aiobpf
import numpy as np
import pytest

#: struct with_nested of shapes.bpf.c.
NESTED = struct.Struct("<2h8hf1B7x2Q")
assert NESTED.size == 48

#: struct with_anonymous: before, word, after.
ANONYMOUS = struct.Struct("<B3xIB3x")


@pytest.fixture(scope="module")
def shapes(objects: pathlib.Path) -> aiobpf.BpfObjectFile:
    return aiobpf.open(objects / "shapes.bpf.o")


@pytest.fixture
def nested_class(shapes: aiobpf.BpfObjectFile) -> Any:
    return shapes.event_type("with_nested")


@pytest.fixture
def nested(nested_class: Any) -> Any:
    return nested_class(NESTED.pack(1, -2, 3, 4, 5, 6, 7, 8, 9, 10, 0.5, 7, 2**63, 1))


class TestNested:
    def test_a_struct_is_an_event_of_its_own(self, nested: Any) -> None:
        assert (nested.at.x, nested.at.y) == (1, -2)
        assert type(nested.at) is type(nested.path[0][0])
        assert type(nested.at).__name__ == "point"
        assert type(nested.at)._fields == ("x", "y")
        assert bytes(nested.at) == struct.pack("<2h", 1, -2)

    def test_an_array_of_arrays_is_a_tuple_of_tuples(self, nested: Any) -> None:
        assert [[(p.x, p.y) for p in row] for row in nested.path] == [[(3, 4), (5, 6)], [(7, 8), (9, 10)]]

    def test_members_of_a_union_share_their_bytes(self, nested: Any) -> None:
        assert nested.number.real == 0.5
        assert nested.number.whole == int.from_bytes(struct.pack("<f", 0.5), "little")
        assert nested.number.both.y == 0x3F00

    def test_a_pointer_is_an_int(self, nested: Any) -> None:
        assert (nested.flat, nested.next) == (2**63, 1)

    def test_an_unnamed_struct_is_called_as_its_field(self, nested: Any) -> None:
        assert type(nested.unnamed).__name__ == "unnamed"
        assert nested.unnamed.inner == 7

    def test_repr_shows_what_is_inside(self, nested: Any) -> None:
        assert repr(nested).startswith("with_nested(at=point(x=1, y=-2), path=((point(x=3, y=4), point(x=5, y=6)), (")
        assert "number=number(whole=1056964608, real=0.5, both=point(x=0, y=16128)), unnamed=" in repr(nested)

    def test_events_are_equal_when_what_is_inside_is(self, nested_class: Any, nested: Any) -> None:
        padded = bytearray(bytes(nested))
        padded[26] = 0xFF  # between `unnamed` and `flat`
        other = bytearray(bytes(nested))
        other[6] ^= 1  # path[0][0].y
        assert nested == nested_class(padded) and hash(nested) == hash(nested_class(padded))
        assert nested != nested_class(other)
        assert nested.at == type(nested.at)(struct.pack("<2h", 1, -2))

    def test_an_inner_event_outlives_the_outer_one(self, nested_class: Any) -> None:
        def inner() -> Any:
            event = nested_class(NESTED.pack(1, -2, *[0] * 8, 0.5, 7, 0, 0))
            return event.at

        assert (inner().x, inner().y) == (1, -2)

    def test_it_can_be_matched_into(self, nested: Any, nested_class: Any, shapes: aiobpf.BpfObjectFile) -> None:
        point: Any = type(nested.at)
        match nested:
            case nested_class(at=point(x=1, y=y), path=((_, point(5, 6)), _)):  # type: ignore[misc]
                assert y == -2
            case _:
                pytest.fail("no match")

    def test_asdict_is_dicts_all_the_way(self, nested: Any) -> None:
        plain = nested._asdict()
        assert plain["at"] == {"x": 1, "y": -2}
        assert plain["path"][1] == ({"x": 7, "y": 8}, {"x": 9, "y": 10})
        assert plain["number"]["both"] == {"x": 0, "y": 0x3F00}
        assert pickle.loads(pickle.dumps(plain)) == plain

    @pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
    def test_it_is_pickled_whole_or_in_part(self, nested: Any, protocol: int) -> None:
        for event in (nested, nested.at, nested.number, nested.unnamed):
            back = pickle.loads(pickle.dumps(event, protocol))
            assert type(back) is type(event) and back == event
            assert copy.deepcopy(event) is event

    def test_a_union_is_an_event_type(self, shapes: aiobpf.BpfObjectFile) -> None:
        event: Any = shapes.event_type("union number")(b"\1\0\2\0")
        assert repr(event) == f"number(whole=131073, real={event.real!r}, both=point(x=1, y=2))"

    def test_its_classes_are_those_of_the_inner_structs(self, nested: Any, shapes: aiobpf.BpfObjectFile) -> None:
        assert type(nested.at) is shapes.event_type("point")
        assert type(nested.number) is shapes.event_type("union number")


class TestAnonymous:
    def test_fields_of_anonymous_members_are_the_outer_structs(self, shapes: aiobpf.BpfObjectFile) -> None:
        cls: Any = shapes.event_type("with_anonymous")
        event = cls(ANONYMOUS.pack(1, 0xFE030002, 9))
        assert cls._fields == ("before", "word", "low", "high", "highest", "after")
        assert (event.before, event.word, event.low, event.after) == (1, 0xFE030002, 2, 9)
        assert (event.high, event.highest) == (0x003, 0x7F)
        assert event._asdict()["highest"] == 0x7F


class TestBitfields:
    def test_each_has_its_bits_and_its_sign(self, shapes: aiobpf.BpfObjectFile) -> None:
        cls: Any = shapes.event_type("with_bitfields")
        low = 5 | (-9 & 31) << 3 | 0xABCDEF << 8
        high = (-1 & 3) | 1 << 2 | 0xFFFFFFFFFF << 16 | 0x12 << 56
        event = cls(struct.pack("<IIQ", 7, low, high))
        assert (event.before, event.three, event.minus, event.rest) == (7, 5, -9, 0xABCDEF)
        assert event.yes is True
        assert event.direction.name == "BACK"
        assert (event.wide, event.byte) == (0xFFFFFFFFFF, 0x12)

    def test_padding_is_not_significant(self, shapes: aiobpf.BpfObjectFile) -> None:
        cls: Any = shapes.event_type("with_bitfields")
        assert cls(struct.pack("<IIQ", 0, 0, 0x1FFF << 3)) == cls(bytes(16))


class TestDtype:
    def test_nested_structs_and_arrays_have_one(self, nested: Any, nested_class: Any) -> None:
        row = np.frombuffer(nested, nested_class.dtype)[0]
        assert nested_class.dtype.itemsize == 48
        assert row["at"]["y"] == -2
        assert row["path"]["x"].tolist() == [[3, 5], [7, 9]]
        assert row["unnamed"]["inner"] == 7
        assert row["flat"] == 2**63

    def test_members_of_a_union_overlap(self, nested: Any, nested_class: Any) -> None:
        row = np.frombuffer(nested, nested_class.dtype)[0]
        assert row["number"]["real"] == 0.5
        assert row["number"]["whole"] == nested.number.whole

    def test_arrays_of_text_and_numbers_keep_their_shape(self, shapes: aiobpf.BpfObjectFile) -> None:
        dtype = shapes.event_type("with_matrix").dtype  # type: ignore[attr-defined]
        row = np.frombuffer(bytes(range(24)) + b"ab\0\0abcd" + bytes(12), dtype)[0]
        assert row["cells"].shape == (2, 3)
        assert row["words"].tolist() == [b"ab", b"abcd"]
        assert row["raw"].shape == (2, 1, 2)

    @pytest.mark.parametrize(
        ("name", "field"),
        [
            ("with_bitfields", "with_bitfields.three is a bitfield"),
            ("with_anonymous", "with_anonymous.high is a bitfield"),
            ("with_int128", "with_int128.huge is '__int128'"),
        ],
    )
    def test_what_numpy_has_no_dtype_for_is_named(self, shapes: aiobpf.BpfObjectFile, name: str, field: str) -> None:
        with pytest.raises(aiobpf.BpfUnsupportedError, match=field):
            shapes.event_type(name).dtype  # type: ignore[attr-defined]  # noqa: B018
