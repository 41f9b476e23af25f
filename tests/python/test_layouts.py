"""Event classes of any layout agree with the struct module."""

import struct
from typing import Any

import pytest
from aiobpf import _aiobpf
from hypothesis import given, settings
from hypothesis import strategies as st

#: kind, signed, size, struct's letter
SCALARS = [
    ("integer", signed, size, letters[size])
    for signed, letters in ((True, {1: "b", 2: "h", 4: "i", 8: "q"}), (False, {1: "B", 2: "H", 4: "I", 8: "Q"}))
    for size in (1, 2, 4, 8)
] + [("floating", False, 4, "f"), ("floating", False, 8, "d"), ("boolean", False, 1, "?"), ("text", False, 1, "c")]

fields = st.lists(
    st.tuples(
        st.sampled_from(SCALARS),
        st.integers(0, 9),  # elements; 0: no array
        st.integers(0, 8),  # bytes of padding before it: offsets need not be aligned
    ),
    max_size=12,
)


def expected(kind: str, letter: str, count: int, data: bytes) -> Any:
    if count == 0:
        return struct.unpack("<" + letter, data)[0]
    if kind == "text":
        return data.partition(b"\0")[0]
    if letter == "B":
        return data
    return struct.unpack(f"<{count}{letter}", data)


@settings(max_examples=300, deadline=None, database=None)
@given(fields=fields, tail=st.integers(0, 8), data=st.data())
def test_every_field_reads_what_struct_unpacks(fields: list[Any], tail: int, data: st.DataObject) -> None:
    description = []
    offset = 0
    for number, ((kind, signed, size, _), count, gap) in enumerate(fields):
        offset += gap
        description.append((f"f{number}", offset, kind, signed, size, count, None))
        offset += size * max(count, 1)
    record = data.draw(st.binary(min_size=offset + tail, max_size=offset + tail))

    event = _aiobpf.make_event_type("random", len(record), description, {})(record)
    for ((kind, _, size, letter), count, _), (name, at, *_) in zip(fields, description, strict=True):
        # By repr: a NaN is not equal to itself.
        assert repr(getattr(event, name)) == repr(expected(kind, letter, count, record[at : at + size * max(count, 1)]))
    assert bytes(event) == record
    assert repr(event).startswith("random(")
    if "nan" not in repr(event):
        assert event == type(event)(record) and hash(event) == hash(type(event)(record))


@settings(max_examples=200, deadline=None, database=None)
@given(
    offset=st.integers(-(2**62), 2**62),
    kind=st.sampled_from(["integer", "boolean", "text", "enumeration", "float", ""]),
    signed=st.booleans(),
    size=st.one_of(st.integers(-1, 16), st.integers(-(2**62), 2**62)),
    count=st.one_of(st.integers(-1, 64), st.integers(-(2**62), 2**62)),
)
def test_a_field_that_does_not_fit_is_refused(offset: int, kind: str, signed: bool, size: int, count: int) -> None:
    fits = (
        size in ((1, 2, 4, 8) if kind in ("integer", "enumeration") else (1,) if kind in ("boolean", "text") else ())
        and offset >= 0
        and count >= 0
        and offset + size * max(count, 1) <= 64
    )
    description = [("field", offset, kind, signed, size, count, {})]
    if not fits:
        with pytest.raises(ValueError, match="does not fit"):
            _aiobpf.make_event_type("random", 64, description, {})
    else:
        repr(_aiobpf.make_event_type("random", 64, description, {})(bytes(64)))


def test_nonsense_is_refused() -> None:
    for nonsense in ((), ("x", 4), ("x", 4, 5), ("x", 4, [()]), ("x", 4, [("a", 0, "integer", False, 4, 0)])):
        with pytest.raises(TypeError):
            _aiobpf.make_event_type(*nonsense, {})
    with pytest.raises(TypeError):
        _aiobpf.make_event_type("x", 4, [], None)
    with pytest.raises(ValueError):
        _aiobpf.make_event_type("x", -1, [], {})
