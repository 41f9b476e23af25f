"""aiobpf.compat.tinybpf and tinybpf_v0: names, and what differs from aiobpf itself."""

from __future__ import annotations

import asyncio
import ctypes
import dataclasses
import importlib
import inspect
import pathlib
import struct
from collections.abc import Iterator, Mapping
from typing import Any

import aiobpf
import pytest
from aiobpf.compat import tinybpf, tinybpf_v0
from conftest import Run
from helpers import EMIT_ARGS

KEY = bytes(4)


def emit(obj: tinybpf.BpfObject, first: int, count: int, ring: int = 0) -> None:
    obj.program("emit").run(EMIT_ARGS.pack(first, count, ring, 0, 0))


@pytest.fixture
def obj(objects: pathlib.Path) -> Iterator[tinybpf.BpfObject]:
    with tinybpf.load(objects / "emit.bpf.o") as loaded:
        yield loaded


@pytest.fixture
def v0(objects: pathlib.Path) -> Iterator[tinybpf_v0.BPFObject]:
    with tinybpf_v0.load(objects / "emit.bpf.o") as loaded:
        yield loaded


class Numbered(ctypes.Structure):
    _fields_ = (
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
    )


class TestNames:
    def test_the_newest_api_has_its_26_names(self) -> None:
        assert len(tinybpf.__all__) == 26
        assert all(hasattr(tinybpf, name) for name in tinybpf.__all__)
        assert tinybpf.version() == tinybpf.__version__ == aiobpf.__version__
        assert tinybpf.libbpf_version() == aiobpf.libbpf_version()

    @pytest.mark.parametrize("name", ["enums", "exceptions", "object", "program", "map", "link"])
    def test_the_first_api_has_its_submodules(self, name: str) -> None:
        module = importlib.import_module(f"aiobpf.compat.tinybpf_v0.{name}")
        shared = [one for one in tinybpf_v0.__all__ if hasattr(module, one)]
        assert shared
        assert all(getattr(module, one) is getattr(tinybpf_v0, one) for one in shared)

    @pytest.mark.parametrize("module", [tinybpf, tinybpf_v0])
    def test_every_public_function_has_a_docstring(self, module: Any) -> None:
        for name in module.__all__:
            thing = getattr(module, name)
            if inspect.isfunction(thing) or inspect.isclass(thing):
                assert thing.__doc__, name

    def test_infos_have_exactly_their_fields(self) -> None:
        def fields(cls: Any) -> list[str]:
            return [one.name for one in dataclasses.fields(cls)]

        assert fields(tinybpf.MapInfo) == ["name", "type", "key_size", "value_size", "max_entries"]
        assert fields(tinybpf.ProgramInfo) == ["name", "section", "type"]
        assert fields(tinybpf.RingBufferEvent) == ["map_name", "data"]
        assert fields(tinybpf.BtfType) == ["name", "kind", "size", "fields"]
        assert fields(tinybpf.BtfField) == ["name", "offset", "size"]
        assert fields(tinybpf_v0.MapInfo) == ["name", "type", "key_size", "value_size", "max_entries", "fd"]

    def test_there_is_no_library_to_choose(self) -> None:
        tinybpf.init()
        with pytest.raises(NotImplementedError, match="leave the path out"):
            tinybpf.init("/usr/lib/libbpf.so")


@pytest.mark.kernel
class TestNewest:
    def test_collections_are_mappings_of_names(self, obj: tinybpf.BpfObject) -> None:
        assert isinstance(obj.programs, Mapping) and isinstance(obj.maps, Mapping)
        assert list(obj.programs) == ["emit", "emit_sized", "answer_it", "count_calls"]
        assert "table" in list(obj.maps) and len(obj.maps) == len(list(obj.maps))
        assert obj.maps["table"] is obj.map("table")
        with pytest.raises(KeyError, match="there are"):
            obj.maps["tabel"]
        assert obj.path.name == "emit.bpf.o" and obj.name == "emit"

    def test_numbers_are_decoded_without_being_told(self, obj: tinybpf.BpfObject) -> None:
        table = obj.maps["table"]
        table[7] = 70
        assert table[7] == 70 and table.get(8) is None
        assert list(table.items()) == [(7, 70)]
        assert table.delete(7) is True and table.delete(7) is False
        assert table.btf_value == tinybpf.BtfType("unsigned long long", tinybpf.BtfKind.INT, 8, None)

    def test_structs_are_bytes_until_they_are_typed(self, obj: tinybpf.BpfObject) -> None:
        per_cpu = obj.maps["per_cpu"]
        assert per_cpu.is_percpu
        assert per_cpu.lookup_percpu(0) == [bytes(64)] * aiobpf.possible_cpus()
        described = per_cpu.btf_value
        assert described is not None and described.kind == tinybpf.BtfKind.STRUCT and described.fields is not None
        assert described.fields[1] == tinybpf.BtfField("discarded", 8, 8)

    def test_a_closed_object_is_told(self, objects: pathlib.Path) -> None:
        closed = tinybpf.load(str(objects / "emit.bpf.o"))
        table = closed.maps["table"]
        closed.close()
        uses = (lambda: closed.maps, lambda: closed.programs, lambda: table[7], lambda: closed.__enter__())
        for use in uses:
            with pytest.raises(tinybpf.BpfError):
                use()

    def test_a_missing_file_is_one(self) -> None:
        with pytest.raises(FileNotFoundError):
            tinybpf.load("nowhere.bpf.o")

    def test_types_are_registered(self, obj: tinybpf.BpfObject) -> None:
        obj.register_type("numbered", Numbered)
        assert obj.lookup_type("numbered") is Numbered
        assert obj.lookup_btf_name(Numbered) == "numbered"

        class Short(ctypes.Structure):
            _fields_ = (("sequence", ctypes.c_uint64),)

        with pytest.raises(tinybpf.BtfValidationError) as caught:
            tinybpf.BpfRingBuffer(obj.maps["first"], print, event_type=Short, validate_btf_struct="numbered")
        assert "48" in str(caught.value)

    def test_a_ring_with_callbacks(self, obj: tinybpf.BpfObject) -> None:
        got: list[Any] = []
        with tinybpf.BpfRingBuffer(
            obj.maps["first"], got.append, event_type=Numbered, validate_btf_struct="numbered"
        ) as rb:
            emit(obj, 0, 3)
            assert rb.poll(timeout_ms=0) == 3
            assert rb.consume() == 0
            with pytest.raises(tinybpf.BpfError, match="do not mix"):
                rb.add(obj.maps["second"])
            with pytest.raises(tinybpf.BpfError, match="added already"):
                rb.add(obj.maps["first"], print)
            with pytest.raises(tinybpf.BpfError, match="poll"):
                iter(rb).__next__()
        assert [one.sequence for one in got] == [0, 1, 2]

    def test_a_ring_is_iterated_over_what_was_polled(self, obj: tinybpf.BpfObject) -> None:
        with tinybpf.BpfRingBuffer[Numbered](obj.maps["first"], event_type=Numbered) as rb:
            assert list(rb) == []
            emit(obj, 0, 3)
            assert rb.poll() == 3
            assert [one.sequence for one in rb] == [0, 1, 2]

    def test_a_ring_is_iterated_over_in_asyncio(self, run: Run, obj: tinybpf.BpfObject) -> None:
        async def main() -> None:
            async with tinybpf.BpfRingBuffer[Any]() as rb:
                rb.add(obj.maps["first"], event_type=Numbered)
                rb.add(obj.maps["second"], event_type=Numbered)
                emit(obj, 0, 500, ring=2)
                seen = []
                async for event in rb.events():
                    seen.append((event.map_name, event.data.sequence))
                    if len(seen) == 500:
                        break
                assert sorted(one[1] for one in seen) == list(range(500))
                assert {name for name, _ in seen} == {"first", "second"}
                waiting = asyncio.ensure_future(anext(aiter(rb)))
                await asyncio.sleep(0)
                emit(obj, 500, 1)
                assert (await waiting).sequence == 500

        run(main())

    def test_closing_ends_an_iteration_that_waits(self, run: Run, obj: tinybpf.BpfObject) -> None:
        async def main() -> None:
            rb = tinybpf.BpfRingBuffer[bytes](obj.maps["first"])

            async def take() -> list[bytes]:
                return [event async for event in rb]

            waiting = asyncio.create_task(take())
            for _ in range(3):
                await asyncio.sleep(0)
            rb.close()
            assert await waiting == []

        run(main())

    def test_a_pinned_map_is_opened(self, obj: tinybpf.BpfObject, tmp_path: pathlib.Path) -> None:
        from attaching import mount, unmount

        mount("bpf", str(tmp_path))
        try:
            obj.maps["table"][7] = 70
            obj.maps["table"].pin(str(tmp_path / "table"))
            with tinybpf.open_pinned_map(str(tmp_path / "table"), key_type=int, value_type=int) as opened:
                assert opened[7] == 70 and opened.is_standalone
            obj.maps["table"].unpin(str(tmp_path / "table"))
            assert not (tmp_path / "table").exists()
        finally:
            unmount(str(tmp_path))


@pytest.mark.kernel
class TestFirst:
    def test_programs_are_objects_and_names(self, v0: tinybpf_v0.BPFObject) -> None:
        assert [one.name for one in v0.programs] == v0.program_names()
        assert v0.program("count_calls").section_name == "raw_tp/sys_enter"
        assert v0.program("count_calls").type is tinybpf_v0.ProgramType.RAW_TRACEPOINT
        with pytest.raises(tinybpf_v0.BPFNotFoundError):
            v0.program("nothing")
        assert v0.is_loaded and v0.name == "emit"
        v0.close()
        assert not v0.is_loaded and v0.name == ""
        with pytest.raises(RuntimeError):
            v0.program("emit")

    def test_a_program_keeps_its_links(self, v0: tinybpf_v0.BPFObject) -> None:
        program = v0.program("count_calls")
        program.attach()
        (link,) = program.links
        assert link.is_attached and link.program is program and link.fd >= 0
        v0.detach_all()
        assert not link.is_attached and link.fd == -1 and program.links == []

    def test_bytes_are_padded_and_long_ones_refused(self, v0: tinybpf_v0.BPFObject) -> None:
        table = v0.maps["table"]
        table[b"\1"] = b"\2"
        assert table[b"\1\0\0\0"] == b"\2" + bytes(7)
        with pytest.raises(tinybpf_v0.BPFMapError, match="a key has 4 bytes, not 5"):
            table[bytes(5)]
        with pytest.raises(tinybpf_v0.BPFMapError, match="a value has 8 bytes, not 9"):
            table[KEY] = bytes(9)
        del table[b"\7"]
        assert table.lookup(b"\7") is None and b"\1" in table and len(table) == 1
        with pytest.raises(KeyError):
            table[b"\7"]
        table.clear()
        assert list(table.items()) == []

    def test_flags_say_what_has_to_be_there(self, v0: tinybpf_v0.BPFObject) -> None:
        table = v0.map("table")
        table.update(KEY, bytes(8), tinybpf_v0.MapUpdateFlags.NOEXIST)
        with pytest.raises(tinybpf_v0.BPFError):
            table.update(KEY, bytes(8), tinybpf_v0.MapUpdateFlags.NOEXIST)

    def test_a_typed_map_has_one_side_as_bytes_when_it_is_not_said(self, v0: tinybpf_v0.BPFObject) -> None:
        typed = v0.maps["table"].typed(value_format="II")
        typed[KEY] = (1, 2)
        assert typed[KEY] == (1, 2)
        assert typed.raw[KEY] == struct.pack("II", 1, 2)
        assert dict(typed.items()) == {KEY: (1, 2)}
        with pytest.raises(ValueError, match="Size mismatch"):
            v0.maps["table"].typed("Q")

    def test_what_attaching_raises_is_of_the_tree(self, v0: tinybpf_v0.BPFObject) -> None:
        with pytest.raises(tinybpf_v0.BPFError):
            v0.program("emit").attach()
        with pytest.raises(tinybpf_v0.BPFError):
            v0.program("count_calls").attach_raw_tracepoint("no_such_tracepoint")
