"""Maps with keys and values of Python's types: by struct formats, by ctypes, by BTF."""

from __future__ import annotations

import ctypes
import gc
import pathlib
import struct
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest

pytestmark = pytest.mark.kernel


class Config(ctypes.Structure):
    _fields_ = [("timestamp", ctypes.c_uint64), ("target_pid", ctypes.c_uint32), ("enabled", ctypes.c_uint8)]


class Connection(ctypes.Structure):
    _fields_ = [
        ("address", ctypes.c_uint32),
        ("port", ctypes.c_uint16),
        ("protocol", ctypes.c_uint8),
        ("_pad", ctypes.c_uint8),
    ]


STATS: dict[str, Any] = {
    "packets": 2**64 - 1,
    "balance": -(2**63),
    "ratio": 0.25,
    "open": True,
    "name": "eth0",
    "state": "LOST",
    "at": [{"x": -1, "y": 2}, {"y": -3}],
    "parts": {"halves": [1, 2]},
    "low": 15,
    "high": -16,
    "pointer": 0xFFFF_8880_0000_0000,
}


@pytest.fixture
def obj(objects: pathlib.Path) -> Iterator[aiobpf.BpfObject]:
    with aiobpf.load(objects / "maps.bpf.o") as loaded:
        yield loaded


class TestByBtf:
    def test_integers_have_their_signs(self, obj: aiobpf.BpfObject) -> None:
        numbers = obj.maps["numbers"].typed()
        numbers[-1] = -(2**63)
        numbers[2**31 - 1] = 2**63 - 1
        assert dict(numbers.items()) == {-1: -(2**63), 2**31 - 1: 2**63 - 1}
        assert sorted(numbers) == [-1, 2**31 - 1]
        assert -1 in numbers
        assert 5 not in numbers
        assert numbers.get(5, 6) == 6
        del numbers[-1]
        with pytest.raises(KeyError, match="map numbers: no key -1"):
            numbers[-1]

    @pytest.mark.parametrize("key", [2**31, -(2**31) - 1, 2**64, -(2**80)])
    def test_what_does_not_fit_is_a_value_error(self, obj: aiobpf.BpfObject, key: int) -> None:
        numbers = obj.maps["numbers"].typed()
        for use in (lambda: numbers[key], lambda: key in numbers, lambda: numbers.update(key, 0)):
            with pytest.raises(aiobpf.BtfValidationError, match="a key has 4 bytes and holds -2147483648 to"):
                use()
        with pytest.raises(ValueError, match="a value has 8 bytes and holds"):
            numbers[1] = 2**63

    def test_structs_are_set_from_dicts_and_read_as_events(self, obj: aiobpf.BpfObject) -> None:
        connections = obj.maps["connections"].typed()
        connections[{"address": 1, "port": 80, "protocol": 6}] = STATS
        ((key, value),) = connections.items()
        assert (key.address, key.port, key.protocol) == (1, 80, 6)
        assert value.packets == 2**64 - 1
        assert value.balance == -(2**63)
        assert value.ratio == 0.25
        assert value.open is True
        assert value.name == b"eth0"
        assert value.state == -1
        assert value.state.name == "LOST"
        assert [(one.x, one.y) for one in value.at] == [(-1, 2), (0, -3)]
        assert value.parts.whole == 1 | 2 << 16
        assert (value.low, value.high) == (15, -16)
        assert value.pointer == 0xFFFF_8880_0000_0000
        connections[key] = value  # an event is its bytes
        assert connections[key] == value
        assert connections[key._asdict()]._asdict() == value._asdict()
        connections[key] = value._asdict()
        assert connections[key] == value

    @pytest.mark.parametrize(
        ("fields", "error", "text"),
        [
            ({"packets": -1}, ValueError, r"a value\.packets has 8 bytes and holds 0 to 18446744073709551615, not -1"),
            ({"packets": 1.0}, TypeError, "packets is an integer, and 1.0 is a float"),
            ({"packet": 1}, ValueError, "'struct stats' has no field 'packet'; it has packets, balance"),
            ({"name": "much too long"}, ValueError, r"'char\[11\]' and has 11 bytes; the text has 13"),
            ({"name": 1}, TypeError, "bytes or a str, not int"),
            ({"state": "AWAY"}, ValueError, "enum state has no 'AWAY'"),
            ({"state": 2**31}, ValueError, "not 2147483648"),
            ({"at": [{"x": 1}]}, ValueError, "2 elements, not 1"),
            ({"at": [{"x": 1}, {"x": 2**40}]}, ValueError, r"a value\.at\[1\]\.x has 4 bytes"),
            ({"at": 1}, TypeError, "a sequence, not int"),
            ({"low": 16}, ValueError, r"a value\.low has 4 bits and holds 0 to 15, not 16"),
            ({"high": 16}, ValueError, "5 bits and holds -16 to 15"),
            ({"open": 2}, ValueError, "0 to 1, not 2"),
            ({"ratio": "x"}, TypeError, "a number, not str"),
            ({1: 1}, ValueError, "has no field 1"),
            (b"short", ValueError, "72 bytes, not 5"),
            ([1], TypeError, "a dict of its fields"),
            (None, TypeError, "a dict of its fields"),
        ],
    )
    def test_a_field_that_does_not_fit_is_named(
        self, obj: aiobpf.BpfObject, fields: Any, error: type[Exception], text: str
    ) -> None:
        connections = obj.maps["connections"].typed()
        with pytest.raises(error, match=text):
            connections[{"address": 1}] = fields
        assert len(connections) == 0

    def test_char_arrays_are_bytes_and_set_from_str_too(self, obj: aiobpf.BpfObject) -> None:
        names = obj.maps["names"].typed()
        names["one"] = "BUSY"
        names[b"two"] = 0
        assert {key: value.name for key, value in names.items()} == {b"one": "BUSY", b"two": "IDLE"}
        text = obj.maps["names"].typed(key=str)
        assert dict(text.items()) == {"one": 5, "two": 0}
        assert text["one"] == 5
        with pytest.raises(ValueError, match="16 bytes; the text has 17"):
            text["x" * 17]

    def test_a_map_without_btf_says_what_to_do(self, obj: aiobpf.BpfObject) -> None:
        with pytest.raises(aiobpf.BtfValidationError, match="no BTF that says its type: say it by key="):
            obj.maps["stacks"].typed()

    def test_only_one_side_may_be_said(self, obj: aiobpf.BpfObject) -> None:
        numbers = obj.maps["numbers"].typed(value=bytes)
        numbers[-7] = bytes(8)
        assert numbers[-7] == bytes(8)


class TestByCtypes:
    def test_a_structure_is_given_and_taken(self, obj: aiobpf.BpfObject) -> None:
        config = obj.maps["config"].typed(key=ctypes.c_uint32, value=Config)
        config[0] = Config(target_pid=1234, enabled=1)
        current = config[0]
        assert isinstance(current, Config)
        assert (current.timestamp, current.target_pid, current.enabled) == (0, 1234, 1)
        current.target_pid = 5  # a copy
        assert config[0].target_pid == 1234
        with pytest.raises(TypeError, match="a value is a Config, not int"):
            config[0] = 7

    def test_a_structure_may_be_a_key(self, obj: aiobpf.BpfObject) -> None:
        connections = obj.maps["connections"].typed(key_type=Connection, value_type=bytes)
        connections[Connection(1, 80, 6)] = bytes(72)
        (key,) = connections
        assert (key.address, key.port, key.protocol) == (1, 80, 6)

    def test_padding_that_is_missing_is_told(self, obj: aiobpf.BpfObject) -> None:
        class Late(ctypes.Structure):
            _pack_ = 1
            _fields_ = [("timestamp", ctypes.c_uint32), ("target_pid", ctypes.c_uint32), ("enabled", ctypes.c_uint8)]

        with pytest.raises(aiobpf.BtfValidationError) as raised:
            obj.maps["config"].typed(key=ctypes.c_uint32, value=Late)
        text = str(raised.value)
        assert "Size mismatch" in text
        assert "field target_pid is at offset 8 in BTF, 4 here: add 4 bytes of padding before it" in text
        assert "add 4 bytes of padding before it" in raised.value.suggestions
        assert isinstance(raised.value, ValueError)

    def test_names_are_compared_unless_told_otherwise(self, obj: aiobpf.BpfObject) -> None:
        class Renamed(ctypes.Structure):
            _fields_ = [("when", ctypes.c_uint64), ("target_pit", ctypes.c_uint32), ("on", ctypes.c_uint8)]

        with pytest.raises(ValueError, match="did you mean target_pid"):
            obj.maps["config"].typed(value=Renamed)
        obj.maps["config"].typed(value=Renamed, validate_field_names=False)[0] = Renamed(1, 2, 3)
        assert obj.maps["config"].typed()[0].target_pid == 2

    def test_nested_structs_unions_and_bitfields_are_compared(self, obj: aiobpf.BpfObject) -> None:
        class Point(ctypes.Structure):
            _fields_ = [("x", ctypes.c_int32), ("y", ctypes.c_int32)]

        class Swapped(ctypes.Structure):
            _fields_ = [("y", ctypes.c_int32), ("x", ctypes.c_int32)]

        class Parts(ctypes.Union):
            _fields_ = [("whole", ctypes.c_uint32), ("halves", ctypes.c_uint16 * 2)]

        def stats(point: type[ctypes.Structure], low: int) -> type[ctypes.Structure]:
            class Stats(ctypes.Structure):
                _fields_ = [
                    ("packets", ctypes.c_uint64),
                    ("balance", ctypes.c_int64),
                    ("ratio", ctypes.c_double),
                    ("open", ctypes.c_bool),
                    ("name", ctypes.c_char * 11),
                    ("state", ctypes.c_int32),
                    ("at", point * 2),
                    ("parts", Parts),
                    ("low", ctypes.c_uint32, low),
                    ("high", ctypes.c_int32, 5),
                    ("pointer", ctypes.c_void_p),
                ]

            return Stats

        connections = obj.maps["connections"].typed(value=stats(Point, 4))
        obj.maps["connections"].typed()[{"address": 1}] = STATS
        (value,) = connections.values()
        assert (value.low, value.high, value.at[1].y, value.parts.halves[1]) == (15, -16, -3, 2)
        with pytest.raises(ValueError, match="field x is at offset 0 in BTF, 4 here"):
            obj.maps["connections"].typed(value=stats(Swapped, 4))
        with pytest.raises(ValueError, match="field low has 4 bits in BTF, 3 bits here"):
            obj.maps["connections"].typed(value=stats(Point, 3))

    @pytest.mark.parametrize("kind", [ctypes.c_uint32, ctypes.c_int32, int])
    def test_a_number_is_read_as_one(self, obj: aiobpf.BpfObject, kind: type[Any]) -> None:
        numbers = obj.maps["numbers"].typed(key=kind, value=int)
        numbers[7] = -70
        assert numbers[7] == -70

    def test_a_float_and_an_integer_are_not_the_same(self, obj: aiobpf.BpfObject) -> None:
        with pytest.raises(ValueError, match="not the same bits"):
            obj.maps["numbers"].typed(value=ctypes.c_double)

    @pytest.mark.parametrize("wrong", [object, "I", 4, ctypes.py_object, dict])
    def test_no_type_is_a_type_error(self, obj: aiobpf.BpfObject, wrong: Any) -> None:
        with pytest.raises(TypeError):
            obj.maps["numbers"].typed(key=wrong)


class TestByFormat:
    def test_one_field_is_its_value_and_several_are_a_tuple(self, obj: aiobpf.BpfObject) -> None:
        numbers = obj.maps["numbers"].typed("i", "q")
        numbers[-1] = 100
        assert numbers[-1] == 100
        connections = obj.maps["connections"].typed(key_format="IHBx", value_format="72s")
        connections[1, 80, 6] = bytes(72)
        assert list(connections) == [(1, 80, 6)]
        assert connections[1, 80, 6] == bytes(72)

    @pytest.mark.parametrize(
        ("letters", "number"),
        [("q", -5), ("l", -6), ("=q", 2**62), ("<Q", 2**64 - 1), (">q", 8), ("d", 0.5), ("2i", (1, -2))],
    )
    def test_any_order_and_letter(self, obj: aiobpf.BpfObject, letters: str, number: Any) -> None:
        view = obj.maps["numbers"].typed("i", letters)
        view[1] = number
        packed = struct.pack(letters, *(number if isinstance(number, tuple) else (number,)))
        assert obj.maps["numbers"][struct.pack("i", 1)] == packed
        assert view[1] == number

    def test_another_size_is_a_value_error(self, obj: aiobpf.BpfObject) -> None:
        with pytest.raises(aiobpf.BtfValidationError, match="4 bytes, and the format 'Q' has 8: Size mismatch"):
            obj.maps["numbers"].typed(key_format="Q")
        with pytest.raises(struct.error):
            obj.maps["numbers"].typed(key_format="$")

    def test_two_ways_for_one_side_are_a_type_error(self, obj: aiobpf.BpfObject) -> None:
        numbers = obj.maps["numbers"]
        for call in (
            lambda: numbers.typed(key_format="i", key=int),
            lambda: numbers.typed(key_type=int, key=int),
            lambda: numbers.typed(value_format="q", value=int),
        ):
            with pytest.raises(TypeError, match="not two"):
                call()


class TestViews:
    def test_they_are_the_same_map(self, obj: aiobpf.BpfObject) -> None:
        raw, typed = obj.maps["numbers"], obj.maps["numbers"].typed()
        typed[1] = 2
        assert raw[struct.pack("i", 1)] == struct.pack("q", 2)
        assert typed.raw[struct.pack("i", 1)] == struct.pack("q", 2)
        assert typed.name == "numbers"
        assert typed.info == raw.info == aiobpf.MapInfo("numbers", aiobpf.BpfMapType.HASH, 4, 8, 1024)
        assert typed.type.name == raw.info.type_name == "HASH"

    def test_they_end_with_the_object(self, obj: aiobpf.BpfObject) -> None:
        typed = obj.maps["numbers"].typed()
        typed[1] = 2
        items = iter(typed.items())
        obj.close()
        for use in (
            lambda: typed[1],
            lambda: typed.update({1: 2}),
            lambda: len(typed),
            lambda: list(typed),
            lambda: next(items),
            lambda: typed.name and typed.key_size,
        ):
            with pytest.raises(aiobpf.BpfClosedError):
                use()
        assert "closed" in repr(typed)

    def test_a_cycle_through_a_type_is_collected(self, obj: aiobpf.BpfObject) -> None:
        class Mine(ctypes.Structure):
            _fields_ = Config._fields_

        typed = obj.maps["config"].typed(value=Mine)
        Mine.owner = typed  # type: ignore[attr-defined]
        references = gc.get_referents(typed)
        assert Mine in references
        del typed, Mine, references
        before = sum(isinstance(one, aiobpf.BpfMap) for one in gc.get_objects())
        gc.collect()
        assert sum(isinstance(one, aiobpf.BpfMap) for one in gc.get_objects()) < before

    def test_a_base_that_was_not_initialised_says_so(self) -> None:
        made = aiobpf.BpfMap.__new__(aiobpf.BpfMap)
        with pytest.raises(RuntimeError, match="not initialised"):
            len(made)


class TestPerCpu:
    def test_every_cpu_has_its_value(self, obj: aiobpf.BpfObject) -> None:
        counts = obj.maps["per_cpu"].typed()
        assert counts.is_percpu
        for _ in range(5):
            obj.program("count").run()
        assert counts.sum(3) == counts.lookup_percpu_sum(3) == 5
        assert sum(counts[3]) == 5
        assert counts.sum(4) == 0
        assert counts.lookup_percpu(4) is None
        counts[4] = range(len(counts[3]))
        assert counts[4] == list(range(len(counts[3])))
        assert dict(counts.items_percpu()) == dict(counts.items()) == {3: counts[3], 4: counts[4]}
        counts.update({5: counts[4], 6: counts[4]})
        assert counts[6] == counts[4]
        assert counts.pop(5) == counts[4]
        assert len(counts) == 3

    def test_the_wrong_shape_is_refused(self, obj: aiobpf.BpfObject) -> None:
        counts = obj.maps["per_cpu"].typed()
        with pytest.raises(TypeError, match="a value is a list"):
            counts[1] = 7
        with pytest.raises(aiobpf.BpfMapError, match="possible CPUs, and 0 values were given"):
            counts[1] = []
        with pytest.raises(TypeError, match="is not per CPU"):
            obj.maps["numbers"].typed().sum(1)
