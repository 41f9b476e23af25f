"""Event classes of any layout agree with the struct module."""

import struct
from typing import Any

import aiobpf
import pytest
from aiobpf import _aiobpf
from aiobpf._event_type import make_event_type
from btf import BOOL, CHAR, SIGNED, Btf
from hypothesis import given, settings
from hypothesis import strategies as st

#: kind, encoding, size, struct's letter
SCALARS = [
    ("integer", encoding, size, letters[size])
    for encoding, letters in ((SIGNED, {1: "b", 2: "h", 4: "i", 8: "q"}), (0, {1: "B", 2: "H", 4: "I", 8: "Q"}))
    for size in (1, 2, 4, 8)
] + [("real", 0, 4, "f"), ("real", 0, 8, "d"), ("boolean", BOOL, 1, "?"), ("text", CHAR, 1, "c")]


def scalar(btf: Btf, kind: str, encoding: int, size: int) -> int:
    return btf.real(size) if kind == "real" else btf.number(size, encoding)


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
    btf = Btf()
    description = []
    offset = 0
    for number, ((kind, encoding, size, _), count, gap) in enumerate(fields):
        offset += gap
        its = scalar(btf, kind, encoding, size)
        description.append((f"f{number}", btf.array(its, count) if count else its, offset))
        offset += size * max(count, 1)
    record = data.draw(st.binary(min_size=offset + tail, max_size=offset + tail))
    btf.struct("random", len(record), description)

    event = make_event_type(btf.type())(record)
    for ((kind, _, size, letter), count, _), (name, _, at) in zip(fields, description, strict=True):
        # By repr: a NaN is not equal to itself.
        assert repr(getattr(event, name)) == repr(expected(kind, letter, count, record[at : at + size * max(count, 1)]))
    assert bytes(event) == record
    assert repr(event).startswith("random(")
    if "nan" not in repr(event):
        assert event == type(event)(record) and hash(event) == hash(type(event)(record))


@settings(max_examples=200, deadline=None, database=None)
@given(
    offset=st.integers(0, 2**29 - 1),
    kind=st.sampled_from(["integer", "boolean", "text", "real"]),
    size=st.one_of(st.integers(0, 16), st.integers(0, 2**32 // 8 - 1)),
    count=st.one_of(st.integers(1, 64), st.integers(1, 2**32 - 1)),
)
def test_a_field_that_does_not_fit_is_refused(offset: int, kind: str, size: int, count: int) -> None:
    btf = Btf()
    encoding = {"boolean": BOOL, "text": CHAR}.get(kind, 0)
    its = scalar(btf, kind, encoding, size)
    btf.struct("random", 64, [("field", btf.array(its, count), offset)])
    try:
        event_type = make_event_type(btf.type())
    except (aiobpf.BtfValidationError, aiobpf.BpfUnsupportedError):
        sizes = {"real": (4, 8)}.get(kind, (1, 2, 4, 8, 16))
        assert size not in sizes or offset + size * count > 64
    else:
        assert offset + size * count <= 64
        repr(event_type(bytes(64)))


def test_nonsense_is_refused() -> None:
    its = Btf()
    its.struct("x", 4, [])
    for nonsense in ((), (1,), (its.type(), 1), (its.type(), "x", None, None), (its.type(), "x", None, 5)):
        with pytest.raises(TypeError):
            _aiobpf.make_event_type(*nonsense)
    for nonsense in (None, 5, "text"):
        with pytest.raises(TypeError):
            _aiobpf.type_of_btf(nonsense)


# What clang writes for `struct { struct {} many[1 << 30]; }`: reading it would make as many objects.
def test_an_array_of_elements_without_a_size_is_refused() -> None:
    btf = Btf()
    btf.struct("x", 0, [("many", btf.array(btf.struct("empty", 0, []), 1 << 30), 0)])
    with pytest.raises(aiobpf.BpfUnsupportedError, match="field 'many' is an array of elements without a size"):
        make_event_type(btf.type())
