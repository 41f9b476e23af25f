"""Objects, programs and links."""

import ctypes
import os
import pathlib
import struct
import subprocess
from typing import Any

import aiobpf
import pytest
from helpers import EMIT_ARGS

Object = aiobpf.BpfObject


def calls(obj: Object) -> int:
    """How many system calls count_calls has seen."""
    value = obj.maps["array"][bytes(4)]
    assert isinstance(value, bytes)
    return int.from_bytes(value, "little")


def rodata_offsets(path: pathlib.Path) -> dict[str, int]:
    """Where each constant is in .rodata, by the object's symbols."""
    listed = subprocess.run(["readelf", "-sW", path], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return {row[7]: int(row[1], 16) for row in rows if len(row) == 8 and row[3] == "OBJECT"}


def test_an_object_file_names_what_is_in_it(objects: pathlib.Path) -> None:
    file = aiobpf.open(objects / "emit.bpf.o")
    assert set(file.program_names()) == {"emit", "emit_sized", "answer_it", "count_calls"}
    assert {"first", "second", "first__ledger", "table", "array"} <= set(file.map_names())


def test_a_path_may_be_a_string(objects: pathlib.Path) -> None:
    assert "emit" in aiobpf.open(str(objects / "emit.bpf.o")).program_names()


class TestInMemory:
    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
    def test_an_object_is_opened_from_memory(self, objects: pathlib.Path, kind: Any) -> None:
        file = aiobpf.open(kind((objects / "emit.bpf.o").read_bytes()))
        assert file.program_names() == aiobpf.open(objects / "emit.bpf.o").program_names()
        assert file.event_type("numbered") is aiobpf.open(objects / "emit.bpf.o").event_type("numbered")

    @pytest.mark.kernel
    def test_an_object_is_loaded_from_memory(self, objects: pathlib.Path) -> None:
        with aiobpf.load((objects / "emit.bpf.o").read_bytes(), rodata={"answer": 42}) as obj:
            assert obj.name == "memory"
            assert obj.program("answer_it").run() == 42

    @pytest.mark.parametrize("bad", [b"\x7fELF", bytearray(b"int main;"), bytearray(), memoryview(b"emit.bpf.o")])
    def test_bytes_that_are_not_an_object_are_refused(self, bad: Any) -> None:
        with pytest.raises(aiobpf.BpfLoadError, match="open memory: not a BPF object") as raised:
            aiobpf.open(bad)
        assert not isinstance(raised.value, OSError)

    def test_other_bytes_are_a_path(self, objects: pathlib.Path) -> None:
        assert "emit" in aiobpf.open(bytes(objects / "emit.bpf.o")).program_names()
        with pytest.raises(FileNotFoundError):
            aiobpf.open(b"int main;")


@pytest.mark.kernel
class TestCollections:
    def test_iterating_gives_the_objects(self, emitter: Object) -> None:
        assert {program.name for program in emitter.programs} == set(emitter.programs.keys())
        assert all(isinstance(program, aiobpf.BpfProgram) for program in emitter.programs)
        assert all(isinstance(map, aiobpf.BpfMap) for map in emitter.maps)

    def test_index_and_in_go_by_name(self, emitter: Object) -> None:
        assert emitter.maps["table"].name == "table"
        assert emitter.map("table") is emitter.maps["table"]
        assert emitter.program("emit") is emitter.programs["emit"]
        assert "table" in emitter.maps
        assert "nothing" not in emitter.maps
        assert emitter.maps.get("nothing") is None

    def test_keys_values_and_items_agree(self, emitter: Object) -> None:
        assert len(emitter.programs) == 4
        assert list(zip(emitter.programs.keys(), emitter.programs.values(), strict=True)) == emitter.programs.items()
        assert repr(emitter.programs).startswith("<programs: ")

    @pytest.mark.parametrize("collection", ["programs", "maps"])
    def test_an_unknown_name_is_a_key_error_that_names_those_there_are(self, emitter: Object, collection: str) -> None:
        with pytest.raises(KeyError, match="nothing") as raised:
            getattr(emitter, collection)["nothing"]
        assert isinstance(raised.value, aiobpf.BpfNotFoundError)
        for name in getattr(emitter, collection).keys():
            if not name.startswith("."):
                assert name in str(raised.value)

    def test_a_program_and_a_map_describe_themselves(self, emitter: Object) -> None:
        program = emitter.program("count_calls")
        assert (program.section, program.type_name) == ("raw_tp/sys_enter", "raw_tracepoint")
        assert program.fd >= 0
        first = emitter.maps["first"]
        assert (first.type_name, first.max_entries) == ("ringbuf", 256 * 1024)
        table = emitter.maps["table"]
        assert (table.type_name, table.key_size, table.value_size, table.max_entries) == ("hash", 4, 8, 64)
        assert repr(program) == "<aiobpf.BpfProgram 'count_calls' (raw_tp/sys_enter)>"
        assert repr(table) == "<aiobpf.BpfMap 'table' (hash, 64 entries)>"
        assert repr(emitter) == "<aiobpf.BpfObject 'emit.bpf.o'>"


@pytest.mark.kernel
class TestBeforeLoading:
    def test_max_entries_can_be_set(self, objects: pathlib.Path) -> None:
        file = aiobpf.open(objects / "emit.bpf.o")
        file.set_max_entries("table", 7)
        with file.load() as obj:
            assert obj.maps["table"].max_entries == 7

    def test_a_size_no_ring_can_have_is_refused(self, objects: pathlib.Path) -> None:
        file = aiobpf.open(objects / "emit.bpf.o")
        with pytest.raises(aiobpf.BpfMapError, match="power of two"):
            file.set_max_entries("first", 5000)

    def test_constants_can_be_set(self, objects: pathlib.Path) -> None:
        file = aiobpf.open(objects / "emit.bpf.o")
        file.set_rodata("answer", (42).to_bytes(4, "little"))
        with file.load() as obj:
            assert obj.program("answer_it").run() == 42

    def test_a_constant_has_its_size(self, objects: pathlib.Path) -> None:
        file = aiobpf.open(objects / "emit.bpf.o")
        with pytest.raises(aiobpf.BpfLoadError, match="4 bytes, not 8"):
            file.set_rodata("answer", bytes(8))
        with pytest.raises(KeyError, match="question"):
            file.set_rodata("question", bytes(4))

    def test_sizes_and_constants_are_given_to_load(self, objects: pathlib.Path) -> None:
        path = objects / "emit.bpf.o"
        with aiobpf.load(path, max_entries={"table": 7, "first": 8192}, rodata={"answer": 42, "tag": bytes(8)}) as obj:
            assert obj.program("answer_it").run() == 42
            assert (obj.maps["table"].max_entries, obj.maps["first"].max_entries) == (7, 8192)
        with pytest.raises(KeyError, match="question"):
            aiobpf.load(path, rodata={"question": 1})

    @pytest.mark.parametrize(
        ("variable", "value", "stored"),
        [
            ("small", 255, b"\xff"),
            ("small", True, b"\1"),
            ("negative", -(2**15), b"\0\x80"),
            ("negative", 2**15 - 1, b"\xff\x7f"),
            ("large", 2**64 - 1, b"\xff" * 8),
            ("yes", False, b"\0"),
            ("yes", 1, b"\1"),
            ("level", -1, b"\xff" * 4),
            ("ratio", 2, struct.pack("<d", 2.0)),
            ("ratio", -0.25, struct.pack("<d", -0.25)),
            ("half", 0.25, struct.pack("<f", 0.25)),
            ("several", bytes(range(12)), bytes(range(12))),
            ("word", memoryview(b"12345678"), b"12345678"),
            pytest.param("whole", bytearray(72), bytes(72), id="whole"),
        ],
    )
    def test_a_number_is_stored_as_the_constants_type(
        self, objects: pathlib.Path, variable: str, value: Any, stored: bytes
    ) -> None:
        file = aiobpf.open(objects / "shapes.bpf.o")
        variables = rodata_offsets(objects / "shapes.bpf.o")
        file.set_rodata(variable, value)
        with file.load() as obj:
            section = obj.maps[".rodata"][bytes(4)]
        assert isinstance(section, bytes)
        assert section[variables[variable] :][: len(stored)] == stored

    @pytest.mark.parametrize(
        ("variable", "value", "error", "text"),
        [
            ("small", 256, ValueError, "'small' has 1 bytes and holds 0 to 255, not 256"),
            ("small", -1, ValueError, "0 to 255, not -1"),
            ("negative", 2**15, ValueError, "-32768 to 32767, not 32768"),
            ("large", 2**64, ValueError, "not 18446744073709551616"),
            ("yes", 2, ValueError, "0 to 1, not 2"),
            ("level", 2**31, ValueError, "not 2147483648"),
            ("small", 1.0, TypeError, "'small' is an integer, and 1.0 is a float"),
            ("half", 1e300, ValueError, "too small for 1e"),
            pytest.param("ratio", 10**400, ValueError, "too small", id="ratio-huge"),
            ("several", 1, TypeError, r"'__u32\[3\]': it takes a sequence, not int"),
            ("word", 1, TypeError, "it takes bytes or a str, not int"),
            ("whole", 1, TypeError, "'struct flat': it takes a dict of its fields, or bytes of its size"),
            ("hole", 1, KeyError, "whole"),
        ],
    )
    def test_a_number_that_a_constant_cannot_hold_is_refused(
        self, objects: pathlib.Path, variable: str, value: Any, error: type[Exception], text: str
    ) -> None:
        with pytest.raises(error, match=text) as raised:
            aiobpf.open(objects / "shapes.bpf.o").set_rodata(variable, value)
        assert isinstance(raised.value, TypeError | aiobpf.BpfError)

    def test_a_program_that_is_not_loaded_cannot_be_refused(self, objects: pathlib.Path) -> None:
        file = aiobpf.open(objects / "rejected.bpf.o")
        file.set_autoload("unchecked", False)
        with file.load() as obj:
            assert "unchecked" in obj.programs

    def test_a_file_is_loaded_once(self, objects: pathlib.Path) -> None:
        file = aiobpf.open(objects / "emit.bpf.o")
        file.load().close()
        with pytest.raises(aiobpf.BpfClosedError, match="already loaded"):
            file.load()


@pytest.mark.kernel
class TestRun:
    def test_bytes_are_an_argument(self, emitter: Object) -> None:
        assert emitter.program("emit").run(EMIT_ARGS.pack(0, 3, 0, 0, 0)) == 0
        rb = aiobpf.BpfRingBuffer(emitter.maps["first"])
        assert rb.verify().submitted == 3
        rb.close()

    def test_a_bytearray_and_a_structure_are_arguments(self, emitter: Object) -> None:
        class Args(ctypes.Structure):
            _fields_ = [("first", ctypes.c_uint64), ("rest", ctypes.c_uint32 * 4)]

        args = Args()
        args.rest[0] = 2
        assert emitter.program("emit").run(args) == 0
        assert emitter.program("emit").run(bytearray(EMIT_ARGS.pack(2, 1, 0, 0, 0))) == 0
        rb = aiobpf.BpfRingBuffer(emitter.maps["first"])
        assert rb.verify().submitted == 3
        rb.close()

    def test_a_result_is_what_the_program_returned_as_unsigned(self, emitter: Object) -> None:
        assert emitter.program("answer_it").run() == 41
        assert emitter.program("emit_sized").run((1 << 20).to_bytes(4, "little")) == 2**32 - 1

    def test_a_program_that_cannot_be_run_says_so(self, emitter: Object) -> None:
        with pytest.raises(aiobpf.BpfError, match="run count_calls: Invalid argument"):
            emitter.program("count_calls").run(bytes(8 * 13))  # of a raw tracepoint: twelve arguments at most

    def test_an_argument_that_is_no_buffer_is_a_type_error(self, emitter: Object) -> None:
        with pytest.raises(TypeError):
            emitter.program("emit").run(5)


@pytest.mark.kernel
class TestAttach:
    def test_an_attached_program_runs_until_it_is_detached(self, emitter: Object) -> None:
        link = emitter.program("count_calls").attach()
        assert link.is_attached and link.fd >= 0
        assert link.hook_name == "raw_tp/sys_enter"
        assert calls(emitter) > 0
        link.detach()
        seen = calls(emitter)
        assert calls(emitter) == seen
        assert not link.is_attached and link.fd == -1

    def test_detach_twice_is_fine_and_destroy_is_the_same(self, emitter: Object) -> None:
        link = emitter.program("count_calls").attach()
        link.destroy()
        link.detach()
        assert repr(link) == "<aiobpf.BpfLink 'raw_tp/sys_enter' detached>"

    def test_with_detaches(self, emitter: Object) -> None:
        with emitter.program("count_calls").attach() as link:
            assert link.is_attached
        assert not link.is_attached

    def test_dropping_the_link_detaches_nothing(self, emitter: Object) -> None:
        emitter.program("count_calls").attach()
        seen = calls(emitter)
        assert calls(emitter) > seen

    def test_closing_the_object_detaches(self, objects: pathlib.Path) -> None:
        with aiobpf.load(objects / "emit.bpf.o") as obj:
            link = obj.program("count_calls").attach()
        assert not link.is_attached

    def test_a_program_with_no_place_to_go_is_unsupported(self, emitter: Object) -> None:
        with pytest.raises(NotImplementedError, match=r"run\(\) it") as raised:
            emitter.program("emit").attach()
        assert isinstance(raised.value, aiobpf.BpfUnsupportedError)

    def test_only_tracepoint_programs_go_to_tracepoints(self, emitter: Object) -> None:
        with pytest.raises(aiobpf.BpfAttachError, match="raw_tracepoint"):
            emitter.program("count_calls").attach_tracepoint("sched", "sched_process_exec")


@pytest.mark.kernel
class TestClose:
    def test_use_after_close_is_an_error(self, objects: pathlib.Path) -> None:
        obj = aiobpf.load(objects / "emit.bpf.o")
        program = obj.program("emit")
        table = obj.maps["table"]
        obj.close()
        obj.close()
        for use in (
            lambda: obj.program("emit"),
            lambda: obj.program("answer_it"),
            lambda: obj.maps["table"],
            lambda: obj.event_type("numbered"),
            lambda: program.run(),
            lambda: program.fd,
            lambda: table[bytes(4)],
            lambda: obj.__enter__(),
        ):
            with pytest.raises(aiobpf.BpfClosedError, match="closed"):
                use()
        assert repr(obj) == "<aiobpf.BpfObject 'emit.bpf.o' closed>"
        assert repr(program) == "<aiobpf.BpfProgram 'emit' (syscall)>"
        assert repr(table) == "<aiobpf.BpfMap 'table' (closed)>"

    def test_closing_lets_go_of_every_descriptor_whoever_still_holds_on(self, objects: pathlib.Path) -> None:
        before = set(os.listdir("/proc/self/fd"))
        obj = aiobpf.load(objects / "emit.bpf.o")
        held = [*obj.programs, *obj.maps, obj.program("count_calls").attach()]
        assert len(os.listdir("/proc/self/fd")) > len(before)
        obj.close()
        assert set(os.listdir("/proc/self/fd")) == before
        del held
