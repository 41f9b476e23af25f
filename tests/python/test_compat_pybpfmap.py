"""Programs that were written for pybpfmap: its document's blocks, and its API."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import struct
import subprocess
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest
from aiobpf.compat import pybpfmap
from aiobpf.compat.pybpfmap import bpfrecord, btfparse, filtered_record, map_types
from aiobpf.compat.pybpfmap.bpfrecord import BPFMap, BPFRecord, PinnedBPFMap
from aiobpf.compat.pybpfmap.filtered_record import FilteredBPFMap

DOCUMENT = pathlib.Path(__file__).parent / "documents" / "pybpfmap-readme.md"

HASH = map_types.BPF_MAP_TYPE_HASH
KEY = bytes.fromhex("0102030405060708090a0b0c0d0e0f00")
DATA = KEY * 4
KEY_PARSER = [("uid", "Q"), ("gid", "Q")]
VALUE_PARSER = [("data", ["Q"] * 8)]


@dataclasses.dataclass
class Edit:
    """A change to a block beside the import's name, and why there has to be one."""

    block: int
    find: str
    replace: str
    reason: str


IMPORT = Edit(4, "import bpfrecord", "from aiobpf.compat.pybpfmap import bpfrecord", "the name of the import")
EDITS = [
    Edit(4, '.encode("ascii"))\n', '.encode("ascii")))\n', "the block does not parse: a parenthesis is missing"),
    Edit(4, "/sys/fs/bpf/test-map", "{path}", "a BPF file system of the test's own"),
    Edit(5, '"2byte_padding","H)', '"2byte_padding","H")', "the block does not parse: a quote is missing"),
]
#: What the blocks of the document are; the shell ones build what aiobpf replaces.
KINDS = {1: "shell", 2: "shell", 3: "shell", 4: "python", 5: "python", 6: "result"}


def blocks() -> dict[int, str]:
    found = re.findall(r"^```\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    return dict(enumerate(found, 1))


def edited(number: int, **names: str) -> str:
    text = blocks()[number]
    for edit in [IMPORT, *EDITS]:
        if edit.block == number:
            assert text.count(edit.find) == 1, f"{edit.find!r} is not in block {number} ({edit.reason})"
            text = text.replace(edit.find, edit.replace.format(**names) if "{path}" in edit.replace else edit.replace)
    return text


@pytest.fixture
def bpffs(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A BPF file system of its own."""
    subprocess.run(["mount", "-t", "bpf", "bpf", str(tmp_path)], check=True)
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


def make(entries: int = 256) -> BPFMap:
    return BPFMap(-1, HASH, b"test", 16, 64, entries, create=True)


class TestDocument:
    def test_every_block_is_known(self) -> None:
        assert blocks().keys() == KINDS.keys()
        assert all(edit.reason for edit in EDITS)

    @pytest.mark.kernel
    def test_a_pinned_map_is_looked_up(self, bpffs: pathlib.Path) -> None:
        made = make()
        assert made.update_elem(KEY, DATA)
        assert made.pin_map(str(bpffs / "test-map"))
        names: dict[str, Any] = {}
        exec(compile(edited(4, path=str(bpffs / "test-map")), str(DOCUMENT), "exec"), names)
        assert names["value"] == DATA

    def test_a_record_is_packed_and_unpacked(self) -> None:
        names: dict[str, Any] = {"bpfrecord": bpfrecord}
        exec(compile(edited(5), str(DOCUMENT), "exec"), names)
        parser = names["p"]
        data = struct.pack("=BBHQ", 1, 2, 3, 4)
        values = {"value1": 1, "value2": 2, "valueH": 3, "valueQ": 4}
        shown = eval(blocks()[6], values)  # the result that the document shows
        assert parser.compiled.size == 12
        assert parser.unpack(data) == shown
        assert parser.pack(shown) == data


class TestRecords:
    def test_templates(self) -> None:
        record = BPFRecord([("field1", "B"), ("field2", "B")])
        assert record.template == "=BB"
        assert record.json_template[0][0] == "field1"
        assert record.unpack(bytes([17, 46])) == {"field1": 17, "field2": 46}
        assert record.pack({"field1": 256, "field2": 0}) is None
        assert issubclass(BPFRecord, aiobpf.BPFRecord)


@pytest.mark.kernel
class TestMaps:
    def test_bytes_and_booleans(self) -> None:
        made = make(2)
        assert made.update_elem(KEY, DATA) is True
        assert made.lookup_elem(KEY) == DATA
        assert made.get_next_key() == KEY
        assert made.get_next_key(KEY) is None
        assert made.update_elem("0123456789abcdef", "x" * 64) is True
        assert made.update_elem(b"y" * 16, DATA) is False  # it is full
        assert made.lookup_and_delete(KEY) == DATA
        assert made.lookup_elem(KEY) is None
        assert made.lookup_and_delete(KEY) is None
        assert made.delete(b"0123456789abcdef") is True
        assert made.delete(b"0123456789abcdef") is False
        assert (made.keysize, made.valuesize, made.max_entries, made.map_type) == (16, 64, 2, HASH)

    @pytest.mark.parametrize("key", [b"a", b"", b"x" * 17, "short", "ä" * 16])
    def test_another_length_is_a_value_error(self, key: Any) -> None:
        made = make()
        for use in (lambda: made.lookup_elem(key), lambda: made.update_elem(key, DATA), lambda: made.delete(key)):
            with pytest.raises(ValueError):
                use()

    def test_dicts_by_parsers(self) -> None:
        made = make()
        with pytest.raises(ValueError, match="generate_parsers"):
            made.lookup_elem({"uid": 1, "gid": 1})
        made.generate_parsers(KEY_PARSER, VALUE_PARSER)
        key, value = {"uid": 1, "gid": 1}, {"data": list(range(8))}
        assert made.update_elem(key, value)
        assert made.lookup_elem(key, want_parsed=True) == value
        assert made.lookup_elem({"uid": 2, "gid": 1}, want_parsed=True) is None
        assert made.lookup_and_delete(key, want_parsed=True) == value
        with pytest.raises(ValueError, match="does not fit"):
            made.update_elem(key, {"data": [-1] * 8})

    def test_parsers_from_a_maps_btf(self, objects: pathlib.Path, bpffs: pathlib.Path) -> None:
        with aiobpf.load(objects / "maps.bpf.o") as obj:
            obj.maps["config"].pin(bpffs / "config")
            pinned = PinnedBPFMap(os.fsencode(bpffs / "config"))
            pinned.generate_parsers_from_btf()
            zero = struct.pack("I", 0)
            assert pinned.update_elem(zero, {"timestamp": 1, "target_pid": 2, "enabled": 3})
            assert pinned.lookup_elem(zero, want_parsed=True) == {"timestamp": 1, "target_pid": 2, "enabled": 3}
            assert obj.maps["config"].typed()[0].target_pid == 2
            assert pinned.lookup_elem(zero, want_parsed=True)["target_pid"] == 2
        with pytest.raises(ValueError, match="without BTF"):
            make().generate_parsers_from_btf()

    def test_a_descriptor_is_taken_over(self) -> None:
        made = make()
        again = BPFMap(os.dup(made.fd), HASH, "again", 16, 64, 256)
        assert again.update_elem(KEY, DATA)
        assert made.lookup_elem(KEY) == DATA
        with pytest.raises(ValueError, match="descriptor"):
            BPFMap(-1, HASH, "none", 16, 64, 256)
        with pytest.raises(ValueError, match="create the map"):
            BPFMap(-1, HASH, "none", 0, 64, 256, create=True)
        with pytest.raises(ValueError, match="No such file"):
            PinnedBPFMap("/sys/fs/bpf/there/is/none")

    def test_values_of_every_cpu(self) -> None:
        made = BPFMap(-1, map_types.BPF_MAP_TYPE_PERCPU_HASH, b"cpus", 4, 4, 8, create=True)
        value = b"".join(struct.pack("II", cpu, 0) for cpu in range(aiobpf.possible_cpus()))
        assert made.update_elem(b"\0\0\0\0", value)
        assert made.lookup_elem(b"\0\0\0\0") == value

    def test_a_ring_is_drained(self, objects: pathlib.Path) -> None:
        with aiobpf.load(objects / "emit.bpf.o") as obj:
            ring = BPFMap(os.dup(obj.maps["first"].fd), map_types.BPF_MAP_TYPE_RINGBUF, "first", 0, 0, 262144)
            assert ring.fetch_next() == []
            obj.program("emit").run(struct.pack("<QIIII", 0, 5, 0, 0, 0))
            records = ring.fetch_next()
            assert [struct.unpack_from("Q", record)[0] for record in records] == list(range(5))
            ring.generate_parsers(None, [("sequence", "Q"), ("check", "Q")])
            obj.program("emit").run(struct.pack("<QIIII", 5, 1, 0, 0, 0))
            assert ring.fetch_next(want_parsed=True) == [{"sequence": 5, "check": 2**64 - 6}]
            with pytest.raises(ValueError, match="has no elements"):
                ring.lookup_elem(b"")
            with pytest.raises(ValueError, match="not a ring"):
                make().fetch_next()

    def test_a_user_ring_is_written(self, objects: pathlib.Path) -> None:
        with aiobpf.load(objects / "maps.bpf.o") as obj:
            kind = map_types.BPF_MAP_TYPE_USER_RINGBUF
            ring = BPFMap(os.dup(obj.maps["commands"].fd), kind, "commands", 0, 0, 4096)
            assert ring.submit(struct.pack("ii", 3, 4))
            assert obj.program("drain").run() == 1
            assert (obj.bss.drained.x, obj.bss.drained.y) == (3, 4)
            with pytest.raises(ValueError, match="not a user ring"):
                make().submit(b"")


@pytest.mark.kernel
class TestFiltered:
    @pytest.fixture
    def path(self, bpffs: pathlib.Path) -> Iterator[bytes]:
        made = make()
        made.generate_parsers(KEY_PARSER, VALUE_PARSER)
        assert made.update_elem({"uid": 1, "gid": 1}, {"data": list(range(8))})
        assert made.pin_map(os.fsencode(bpffs / "map"))
        yield os.fsencode(bpffs / "map")

    def open(self, path: bytes, letters: str, **allowed: bool) -> FilteredBPFMap:
        filtered = FilteredBPFMap(path, {"data": list(letters)}, **allowed)
        filtered.generate_parsers(KEY_PARSER, VALUE_PARSER)
        return filtered

    def test_hidden_fields_are_none(self, path: bytes) -> None:
        found = self.open(path, "XXWXXXXR").lookup_elem({"uid": 1, "gid": 1})
        assert found == {"data": [None, None, 2, None, None, None, None, 7]}
        assert self.open(path, "W" * 8).lookup_elem({"uid": 9, "gid": 1}) is None

    def test_only_what_may_be_set_is_set(self, path: bytes) -> None:
        key, none = {"uid": 1, "gid": 1}, [None] * 5
        filtered = self.open(path, "XRWXXXXX")
        assert filtered.update_elem(key, {"data": [None, None, 22, *none]})
        assert self.open(path, "W" * 8).lookup_elem(key) == {"data": [0, 1, 22, 3, 4, 5, 6, 7]}
        for refused in ([1, None, None, *none], [None, 1, None, *none]):
            with pytest.raises(ValueError, match="may not be set"):
                filtered.update_elem(key, {"data": refused})

    def test_adding_and_removing_may_be_forbidden(self, path: bytes) -> None:
        new, value = {"uid": 2, "gid": 2}, {"data": list(range(8))}
        bound = self.open(path, "W" * 8, can_create=False, can_delete=False)
        with pytest.raises(ValueError, match="none may be added"):
            bound.update_elem(new, value)
        for remove in (bound.delete, bound.lookup_and_delete):
            with pytest.raises(ValueError, match="may not be removed"):
                remove({"uid": 1, "gid": 1})
        free = self.open(path, "X" + "W" * 7)
        with pytest.raises(ValueError, match="may not be set"):
            free.update_elem(new, value)
        assert self.open(path, "W" * 8).update_elem(new, value)
        assert free.lookup_and_delete(new) == {"data": [None, *range(1, 8)]}
        assert free.delete({"uid": 1, "gid": 1})

    def test_letters_are_checked(self) -> None:
        with pytest.raises(TypeError, match="R, W and X"):
            filtered_record.check_perms({"a": "Q"}, {"a": 1})


class TestTypes:
    def test_all_of_the_kernels(self) -> None:
        blob = btfparse.BTFBlob(pathlib.Path("/sys/kernel/btf/vmlinux").read_bytes())
        blob.parse()
        assert len(blob.elements) > 10_000
        found = blob.find_by_name(b"timespec64")
        assert found is not None
        assert found.kind == btfparse.BTFKIND_STRUCT
        assert found.size == 16
        assert blob.resolve_type(found.tid) is found
        assert BPFRecord(found.generate_template()).unpack(struct.pack("qq", 1, 2)) == {"tv_sec": 1, "tv_nsec": 2}
        assert blob.find_by_name("no_such_type") is None
        assert blob.resolve_str(0) == ""
        for element in blob.elements[1::997]:
            assert element.type is not None

    def test_damage_is_told(self) -> None:
        with pytest.raises(ValueError):
            btfparse.BTFBlob(b"nothing")


def test_every_name_is_there() -> None:
    for name in pybpfmap.__all__:
        assert getattr(pybpfmap, name) is not None
    assert map_types.BPF_MAP_TYPE_LRU_PERCPU_HASH == 10
    assert "BPF_MAP_TYPE_RINGBUF" in dir(map_types)
    with pytest.raises(AttributeError):
        map_types.BPF_MAP_TYPE_NONE  # noqa: B018
