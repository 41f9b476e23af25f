"""Records by templates, types by name, rings that programs read."""

from __future__ import annotations

import ctypes
import pathlib
import struct
import time
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest
from aiobpf._codec import of_btf
from aiobpf._record import template_of
from hypothesis import given
from hypothesis import strategies as st


class TestTemplates:
    def test_names_and_formats(self) -> None:
        record = aiobpf.BpfRecord([("one", "B"), ("other", "B"), ("padding", "H"), ("long", "Q")])
        assert record.template == "=BBHQ"
        assert record.size == 12
        fields = {"one": 1, "other": 2, "padding": 3, "long": 2**64 - 1}
        assert record.unpack(record.pack(fields)) == fields

    @pytest.mark.parametrize(("order", "data"), [("<", b"\x02\x01"), (">", b"\x01\x02"), ("!", b"\x01\x02")])
    def test_byte_order(self, order: str, data: bytes) -> None:
        record = aiobpf.BpfRecord([("number", "H")], order=order)
        assert record.pack({"number": 0x0102}) == data
        assert record.unpack(data) == {"number": 0x0102}

    def test_nested(self) -> None:
        record = aiobpf.BpfRecord(
            [("at", [("x", "h"), ("y", "h")]), ("", "3x"), ("path", ["H", "H"]), ("four", "4B"), ("name", "4s")]
        )
        fields = {"at": {"x": -1, "y": 2}, "path": [3, 4], "four": [5, 6, 7, 8], "name": b"ab\0\0"}
        assert record.unpack(record.pack(fields)) == fields
        assert record.pack(fields | {"name": "ab"}) == record.pack(fields)
        assert aiobpf.BpfRecord(["B", "B"]).unpack(b"\x01\x02") == [1, 2]
        assert aiobpf.BpfRecord(("alone", "H")).unpack(b"\x01\0") == {"alone": 1}

    def test_the_bytes_may_be_its_own(self) -> None:
        assert aiobpf.BpfRecord([("a", "B")], b"\x07").unpack() == {"a": 7}
        with pytest.raises(ValueError, match="no bytes"):
            aiobpf.BpfRecord([("a", "B")]).unpack()
        with pytest.raises(ValueError, match="4 bytes, and 1 were given"):
            aiobpf.BpfRecord([("a", "I")]).unpack(b"\x07")

    @pytest.mark.parametrize(
        ("fields", "error"),
        [({"a": 256}, ValueError), ({"a": "x"}, ValueError), ({}, KeyError), (None, ValueError), (7, ValueError)],
    )
    def test_what_does_not_fit_is_refused(self, fields: Any, error: type[Exception]) -> None:
        with pytest.raises(error):
            aiobpf.BpfRecord([("a", "B")]).pack(fields)

    @given(st.recursive(st.sampled_from("bBhHiIqQ"), lambda one: st.lists(one, min_size=1, max_size=3), max_leaves=8))
    def test_any_nesting_comes_back(self, template: Any) -> None:
        def value(of: Any) -> Any:
            return [value(one) for one in of] if isinstance(of, list) else 1

        record = aiobpf.BpfRecord([("field", template), ("end", "B")])
        fields = {"field": value(template), "end": 9}
        assert record.unpack(record.pack(fields)) == fields

    def test_of_btf(self, objects: pathlib.Path) -> None:
        types = aiobpf.Btf.of_file(objects / "shapes.bpf.o")
        flat = types.record("flat")
        assert flat.size == types.sizeof("struct flat")
        data = bytes(range(flat.size))
        event = types.event_type("flat")(data)
        fields = flat.unpack(data)
        for name in ("u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64", "pointer", "qualified"):
            assert fields[name] == getattr(event, name)
        for name in ("flat", "with_nested", "with_anonymous", "with_bitfields", "with_matrix", "with_int128", "number"):
            record = types.record(name)
            data = bytes(n % 251 for n in range(record.size))
            assert record.size == types.sizeof(name)
            repacked = record.pack(record.unpack(data))
            assert len(repacked) == len(data)
            assert record.unpack(repacked) == record.unpack(data)


class TestTypes:
    def test_of_the_kernel(self) -> None:
        kernel = aiobpf.Btf.of_kernel()
        assert len(kernel) > 10_000
        assert "struct task_struct" in kernel
        assert "struct no_such_struct" not in kernel
        packed = kernel.pack("struct timespec64", {"tv_sec": -1, "tv_nsec": 5})
        assert packed == struct.pack("qq", -1, 5)
        assert kernel.unpack("struct timespec64", packed).tv_sec == -1
        assert kernel.unpack("u32", b"\x01\0\0\0") == 1
        with pytest.raises(ValueError, match="16 bytes are needed, not 1"):
            kernel.unpack("struct timespec64", b"\0")
        with pytest.raises(KeyError, match="timespec64"):
            kernel.sizeof("struct timespec46")

    def test_it_is_opened_and_searched_fast(self) -> None:
        def once() -> tuple[float, float]:
            started = time.perf_counter()
            kernel = aiobpf.Btf.of_kernel()
            opened = time.perf_counter()
            kernel.sizeof("struct task_struct")
            return opened - started, time.perf_counter() - opened

        tries = [once() for _ in range(7)]  # the best: the machine has other work
        assert min(opened for opened, _ in tries) < 0.1
        assert min(found for _, found in tries) < 0.01

    def test_what_is_no_btf_is_said(self, tmp_path: pathlib.Path) -> None:
        with pytest.raises(aiobpf.BpfFileNotFoundError) as raised:
            aiobpf.Btf.of_file(tmp_path / "none")
        assert raised.value.filename == str(tmp_path / "none") or raised.value.filename == tmp_path / "none"
        with pytest.raises(aiobpf.BtfValidationError):
            aiobpf.Btf.of_bytes(b"none")

    def test_a_template_of_every_type_of_the_kernel_has_its_size(self) -> None:
        from aiobpf import _aiobpf

        kernel = _aiobpf.btf_of_kernel()
        seen = 0
        for number in range(1, kernel.size, 97):
            its = kernel.at(number)
            if its.kind == "structure" and 0 < its.size < 4096:
                assert aiobpf.BpfRecord(template_of(its)).size == its.size, str(its)
                seen += 1
        assert seen > 10


class Event(ctypes.Structure):
    _fields_ = [("timestamp", ctypes.c_uint64), ("target_pid", ctypes.c_uint32), ("enabled", ctypes.c_uint8)]


@pytest.mark.kernel
class TestOfAnObject:
    @pytest.fixture
    def obj(self, objects: pathlib.Path) -> Iterator[aiobpf.BpfObject]:
        with aiobpf.load(objects / "maps.bpf.o") as loaded:
            yield loaded

    def test_types_are_registered(self, obj: aiobpf.BpfObject) -> None:
        obj.register_type("config", Event)
        obj.register_type("struct config", Event)  # the same again
        assert obj.lookup_type("config") is Event
        assert obj.lookup_type("point") is None
        assert obj.lookup_btf_name(Event) == "config"
        assert obj.lookup_btf_name(ctypes.Structure) is None

    def test_a_type_is_registered_once(self, obj: aiobpf.BpfObject) -> None:
        class Same(ctypes.Structure):
            _fields_ = Event._fields_

        obj.register_type("config", Event)
        with pytest.raises(aiobpf.BpfError, match="config is Event already"):
            obj.register_type("config", Same)
        with pytest.raises(aiobpf.BpfError, match="Event is config already"):
            obj.register_type("point", Event)
        with pytest.raises(aiobpf.BtfValidationError, match="Size mismatch") as raised:
            obj.register_type("point", Same)
        assert raised.value.suggestions
        with pytest.raises(aiobpf.BpfNotFoundError, match="AIOBPF_EVENT_TYPE"):
            obj.register_type("nothing", Same)
        with pytest.raises(TypeError):
            obj.register_type("point", int)

    def test_values_are_packed_by_name(self, obj: aiobpf.BpfObject) -> None:
        data = obj.pack("config", {"timestamp": 1, "target_pid": 2})
        assert obj.unpack("struct config", data).target_pid == 2
        assert obj.pack("enum state", "BUSY") == struct.pack("i", 5)
        with pytest.raises(aiobpf.BtfValidationError, match="config.enabled"):
            obj.pack("config", {"enabled": 256})
        obj.close()
        with pytest.raises(aiobpf.BpfClosedError):
            obj.pack("config", {})

    def test_a_program_reads_what_is_submitted(self, obj: aiobpf.BpfObject) -> None:
        ring = aiobpf.BpfUserRing(obj.maps["commands"])
        typed = aiobpf.BpfUserRing(obj.maps["more_commands"], "point")
        for number in range(10):
            assert ring.submit(struct.pack("ii", number, 1))
        assert typed.submit({"x": 100, "y": -1})
        assert obj.program("drain").run() == 11
        assert (obj.bss.drained.x, obj.bss.drained.y) == (145, 9)

        taken = 0
        while ring.submit(bytes(8)):
            taken += 1
        assert taken == 4096 // 16
        assert not ring.submit(bytes(8))
        assert obj.program("drain").run() == taken
        assert ring.submit(bytes(8))
        with pytest.raises(aiobpf.BpfMapError, match="never fits"):
            ring.submit(bytes(4096))
        with pytest.raises(aiobpf.BpfMapError, match="a user_ringbuf is needed"):
            aiobpf.BpfUserRing(obj.maps["numbers"])
        with pytest.raises(ValueError, match="z"):
            typed.submit({"z": 1})


def types_of_any_shape() -> st.SearchStrategy[Any]:
    from aiobpf import _aiobpf

    def structure(members: list[Any]) -> Any:
        fields, at = [], 0
        for number, its in enumerate(members):
            fields.append((f"field{number}", at * 8, 0, its))
            at += its.size + number % 3  # padding
        return _aiobpf.struct_type("structure", "shape", max(at, 1), fields)

    integers = st.builds(
        lambda size, signed: _aiobpf.number_type("integer", "number", size, signed),
        st.sampled_from([1, 2, 4, 8, 16]),
        st.booleans(),
    )
    others = st.sampled_from(
        [
            _aiobpf.number_type("boolean", "bool", 1, False),
            _aiobpf.number_type("character", "char", 1, False),
            _aiobpf.number_type("pointer", "", 8, False),
            _aiobpf.number_type("floating_point", "double", 8, True),
        ]
    )
    return st.recursive(
        integers | others,
        lambda inner: (
            st.builds(_aiobpf.array_type, inner, st.integers(1, 4))
            | st.lists(inner, min_size=1, max_size=4).map(structure)
        ),
        max_leaves=10,
    )


def plain(value: Any) -> Any:
    """Structs as dicts, so that they are set field by field."""
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    return value._asdict() if hasattr(value, "_asdict") else value


@given(described=types_of_any_shape(), data=st.data())
def test_what_is_read_can_be_set(described: Any, data: st.DataObject) -> None:
    codec = of_btf("a value", described)
    raw = data.draw(st.binary(min_size=codec.size, max_size=codec.size))
    value = codec.unpack(raw)
    for given_back in (value, plain(value)):
        again = codec.unpack(codec.pack(given_back))
        assert repr(again) == repr(value)  # NaN is not equal to itself


@given(
    described=types_of_any_shape(),
    value=st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=9),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["field0", "field1", "x"]), inner),
        max_leaves=6,
    ),
)
def test_anything_else_is_refused_in_words(described: Any, value: Any) -> None:
    codec = of_btf("a value", described)
    try:
        packed = codec.pack(value)
    except (TypeError, ValueError) as error:
        assert "a value" in str(error)
    else:
        assert len(packed) == codec.size
