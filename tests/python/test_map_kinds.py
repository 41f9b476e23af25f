"""Maps of every kind, most of them made without a program."""

from __future__ import annotations

import ctypes
import mmap
import os
import pathlib
import socket
import struct
import subprocess
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest

pytestmark = pytest.mark.kernel

U32, U64 = ctypes.c_uint32, ctypes.c_uint64


class Prefix(ctypes.Structure):
    _fields_ = [("bits", ctypes.c_uint32), ("address", ctypes.c_uint8 * 4)]


@pytest.fixture
def obj(objects: pathlib.Path) -> Iterator[aiobpf.BpfObject]:
    with aiobpf.load(objects / "maps.bpf.o") as loaded:
        yield loaded


@pytest.fixture
def bpffs(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A BPF file system of its own."""
    subprocess.run(["mount", "-t", "bpf", "bpf", str(tmp_path)], check=True)
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


class TestMaking:
    def test_by_types(self) -> None:
        with aiobpf.create_map("hash", name="counts", key=U32, value=U64, max_entries=10) as counts:
            assert counts.info == aiobpf.MapInfo("counts", aiobpf.BpfMapType.HASH, 4, 8, 10)
            assert counts.is_standalone
            counts[1] = 2
            assert dict(counts.items()) == {1: 2}
            again = aiobpf.open_map_by_id(counts.id).typed()  # its BTF is in the kernel
            assert dict(again.items()) == {1: 2}
        with pytest.raises(aiobpf.BpfClosedError):
            counts[1]
        counts.close()

    def test_by_sizes(self) -> None:
        plain = aiobpf.create_map(aiobpf.BpfMapType.ARRAY, key_size=4, value_size=8, max_entries=2)
        assert list(plain.values()) == [bytes(8)] * 2
        with pytest.raises(aiobpf.BtfValidationError, match="no BTF"):
            plain.typed()

    def test_of_structs_with_anything(self) -> None:
        class Inner(ctypes.Structure):
            _fields_ = [("flag", ctypes.c_bool), ("text", ctypes.c_char * 7), ("ratio", ctypes.c_float)]

        class Value(ctypes.Structure):
            _fields_ = [("inner", Inner * 2), ("low", U32, 3), ("high", U32, 29), ("pointer", ctypes.c_void_p)]

        with aiobpf.create_map("hash", key=U32, value=Value, max_entries=4) as made:
            made[1] = Value(low=5, high=6)
            assert made[1].high == 6
            assert aiobpf.open_map_by_id(made.id).typed()[1].low == 5

    @pytest.mark.parametrize(
        ("arguments", "error", "text"),
        [
            ({"type": "hush"}, ValueError, "there is no type of map 'hush'; there are unspec, hash"),
            ({"type": "hash", "key": int}, TypeError, "key is a type of ctypes"),
            ({"type": "hash", "key": U32, "key_size": 8}, ValueError, "key_size is 8, and its type has 4 bytes"),
            ({"type": "array", "key_size": 8, "value_size": 8}, aiobpf.BpfMapError, "keys of 8 bytes"),
            ({"type": "hash", "max_entries": -1}, ValueError, "max_entries"),
            ({"type": 9999}, aiobpf.BpfMapError, "type 9999"),
        ],
    )
    def test_what_cannot_be_made_is_said(self, arguments: Any, error: type[Exception], text: str) -> None:
        with pytest.raises(error, match=text):
            aiobpf.create_map(**arguments)

    def test_a_type_that_is_not_known_has_a_name_all_the_same(self) -> None:
        assert aiobpf.BpfMapType(77).name == "UNKNOWN_77"
        with pytest.raises(ValueError, match="-1"):
            aiobpf.BpfMapType(-1)


class TestWithoutKeys:
    @pytest.mark.parametrize("kind", ["queue", "stack"])
    def test_queues_and_stacks(self, kind: str) -> None:
        waiting = aiobpf.create_map(kind, value=U32, max_entries=3)
        assert waiting.peek() is None
        assert waiting.pop() is None
        for number in range(3):
            waiting.push(number)
        with pytest.raises(aiobpf.BpfMapError) as raised:
            waiting.push(3)
        assert raised.value.errno == 7  # E2BIG
        waiting.push(3, aiobpf.BPF_EXIST)  # the oldest goes
        assert waiting.peek() == (1 if kind == "queue" else 3)
        assert [waiting.pop(), waiting.pop()] == ([1, 2] if kind == "queue" else [3, 2])
        waiting.clear()
        assert waiting.pop() is None
        with pytest.raises(aiobpf.BpfMapError, match="cannot be gone through"):
            len(waiting)

    def test_a_queue_of_an_object_is_typed_by_its_btf(self, obj: aiobpf.BpfObject) -> None:
        queue = obj.maps["queue"].typed()
        queue.push(2**32 - 1)
        assert queue.pop() == 2**32 - 1

    def test_a_bloom_filter(self) -> None:
        seen = aiobpf.create_map("bloom_filter", value=U64, max_entries=100, extra=5)
        for number in range(100):
            seen.push(number)
        assert all(seen.may_contain(number) for number in range(100))
        assert sum(seen.may_contain(number) for number in range(100, 1100)) < 500


class TestDescriptors:
    @pytest.mark.parametrize("kind", ["hash_of_maps", "array_of_maps"])
    def test_maps_hold_maps(self, kind: str) -> None:
        inner = aiobpf.create_map("hash", name="inner", key=U32, value=U64, max_entries=4)
        outer = aiobpf.create_map(kind, key_size=4, value_size=4, max_entries=3, inner=inner)
        outer[struct.pack("I", 1)] = inner
        assert outer[struct.pack("I", 1)] == struct.pack("I", inner.id)
        inner[5] = 6
        found = outer.typed(key=int)
        assert 1 in found
        assert 2 not in found
        assert found[1].typed()[5] == 6
        found[2] = inner
        assert {key: value.id for key, value in found.items()} == {1: inner.id, 2: inner.id}
        assert len(found) == 2
        found.clear()
        assert len(found) == 0
        with pytest.raises(TypeError, match="a descriptor"):
            found[0] = "inner"

    def test_an_array_holds_programs(self, obj: aiobpf.BpfObject) -> None:
        programs = obj.maps["programs"].typed(key=int)
        programs[1] = obj.program("other")
        assert isinstance(programs[1], int)
        assert list(programs) == [1]
        del programs[1]
        assert list(programs) == []

    def test_storage_of_a_process_is_found_by_its_pidfd(self, obj: aiobpf.BpfObject) -> None:
        tasks = obj.maps["tasks"].typed()
        me = os.pidfd_open(os.getpid())
        try:
            assert me not in tasks
            tasks[me] = 7
            assert tasks[me] == 7
            del tasks[me]
            assert tasks.get(me) is None
            with pytest.raises(aiobpf.BpfMapError, match="cannot be gone through"):
                list(tasks)
        finally:
            os.close(me)

    def test_storage_of_a_socket_is_found_by_the_socket(self) -> None:
        storage = aiobpf.create_map("sk_storage", key=ctypes.c_int32, value=U64, flags=1)
        with socket.socket() as one, socket.socket() as other:
            sockets = storage.raw
            sockets[one] = struct.pack("Q", 5)  # type: ignore[index]
            assert sockets[one] == struct.pack("Q", 5)  # type: ignore[index]
            assert storage.typed()[one] == 5
            assert other not in storage.typed()

    def test_a_map_of_sockets_takes_a_socket(self) -> None:
        sockets = aiobpf.create_map("sockmap", key_size=4, value_size=8, max_entries=2).typed(key=int)
        with socket.create_server(("127.0.0.1", 0)) as server:
            with socket.create_connection(server.getsockname()) as client:
                sockets[0] = client
                assert sockets[0] > 0  # its cookie
                assert list(sockets) == [0]
                del sockets[0]
                assert list(sockets) == []


def test_a_trie_finds_the_longest_prefix() -> None:
    routes = aiobpf.create_map("lpm_trie", key=Prefix, value=U32, max_entries=16, flags=1)
    routes[Prefix(8, (10, 0, 0, 0))] = 8
    routes[Prefix(16, (10, 1, 0, 0))] = 16
    assert routes[Prefix(32, (10, 1, 2, 3))] == 16
    assert routes[Prefix(32, (10, 2, 2, 3))] == 8
    assert routes.get(Prefix(32, (11, 0, 0, 0))) is None
    assert sorted(key.bits for key in routes) == [8, 16]
    assert routes.pop(Prefix(16, (10, 1, 0, 0))) == 16
    routes.clear()
    assert len(routes) == 0


def test_a_stack_is_a_tuple_of_addresses(obj: aiobpf.BpfObject) -> None:
    stacks = obj.maps["stacks"].typed(key=int, value_format="8Q")
    obj.bss.stack_of = os.getpid()
    with obj.program("take_stack").attach():
        os.getppid()
    number = obj.data.stack_id
    assert number >= 0
    assert stacks[number][0] != 0
    assert number in dict(stacks.items())
    del stacks[number]
    assert number not in stacks


def test_memory_that_is_shared_with_programs() -> None:
    flags, page = 1 << 10, mmap.PAGESIZE  # BPF_F_MMAPABLE
    with aiobpf.create_map("arena", max_entries=4, flags=flags) as arena:
        assert arena.info.type_name == "ARENA"
        with pytest.raises(aiobpf.BpfMapError):
            len(arena)
    with aiobpf.create_map("array", key=U32, value=U64, max_entries=4, flags=flags) as array:
        with mmap.mmap(array.fd, page) as memory:
            array[1] = 5
            assert memory[8:16] == struct.pack("Q", 5)
            memory[16:24] = struct.pack("Q", 6)
            assert array[2] == 6


class TestFlagsAndSteps:
    @pytest.fixture
    def counts(self) -> Iterator[aiobpf.BpfMap[Any, Any]]:
        with aiobpf.create_map("hash", name="counts", key=U32, value=U64, max_entries=8) as made:
            yield made

    def test_flags_say_what_has_to_be_there(self, counts: aiobpf.BpfMap[Any, Any]) -> None:
        with pytest.raises(aiobpf.BpfMapError) as missing:
            counts.update(1, 2, aiobpf.BPF_EXIST)
        assert missing.value.errno == 2
        counts.update(1, 2, aiobpf.BPF_NOEXIST)
        with pytest.raises(aiobpf.BpfMapError) as there:
            counts.update(1, 3, aiobpf.BPF_NOEXIST)
        assert there.value.errno == 17
        assert counts.lookup(1) == 2
        assert counts.lookup(2, default=9) == 9

    def test_taking_removes(self, counts: aiobpf.BpfMap[Any, Any]) -> None:
        counts.update({1: 10, 2: 20, 3: 30})
        assert counts.lookup_and_delete(1) == 10
        with pytest.raises(KeyError):
            counts.lookup_and_delete(1)
        assert counts.pop(2) == 20
        assert counts.pop(2, None) is None
        with pytest.raises(KeyError):
            counts.pop(2)
        assert counts.popitem() == (3, 30)
        assert counts.delete(3) is False

    def test_setting_many_says_how_far_it_came(self, counts: aiobpf.BpfMap[Any, Any]) -> None:
        with pytest.raises(aiobpf.BpfMapError, match="8 of 9 entries were set before it"):
            counts.update({number: 0 for number in range(9)})
        assert len(counts) == 8
        counts.update([(1, 5), (2, 6)])
        assert counts[2] == 6
        with pytest.raises(ValueError, match="pairs"):
            counts.update([(1, 2, 3)])  # type: ignore[list-item]
        with pytest.raises(TypeError):
            counts.update(7)  # type: ignore[call-overload]

    def test_a_frozen_map_is_not_set(self, counts: aiobpf.BpfMap[Any, Any]) -> None:
        counts[1] = 2
        assert not counts.is_frozen
        counts.freeze()
        assert counts.is_frozen
        with pytest.raises(aiobpf.BpfPermissionError):
            counts[1] = 3
        assert counts[1] == 2


class TestPins:
    def test_a_pinned_map_is_opened_again(self, bpffs: pathlib.Path) -> None:
        path = bpffs / "counts"
        with aiobpf.create_map("hash", name="counts", key=U32, value=U64, max_entries=8) as counts:
            counts[1] = 2
            counts.pin(path)
            assert counts.pin_path == str(path)
            with pytest.raises(aiobpf.BpfMapError) as there:
                counts.pin(path)
            assert there.value.errno == 17
        with aiobpf.open_pinned_map(path, U32, U64) as again:
            assert again[1] == 2
            assert again.pin_path == str(path)
            again.unpin()
            assert again.pin_path is None
            with pytest.raises(ValueError, match="give the path"):
                again.unpin()
        with pytest.raises(aiobpf.BpfMapError) as missing:
            aiobpf.open_pinned_map(path)
        assert missing.value.errno == 2

    def test_another_maps_pin_stays(self, bpffs: pathlib.Path) -> None:
        one = aiobpf.create_map("array", key_size=4, value_size=4, max_entries=1)
        other = aiobpf.create_map("array", key_size=4, value_size=4, max_entries=1)
        one.pin(bpffs / "one")
        with pytest.raises(aiobpf.BpfMapError, match="something else is pinned there"):
            other.unpin(bpffs / "one")
        one.unpin(str(bpffs / "one"))

    def test_a_pin_elsewhere_says_what_to_mount(self, tmp_path: pathlib.Path) -> None:
        made = aiobpf.create_map("array", key_size=4, value_size=4, max_entries=1)
        with pytest.raises(aiobpf.BpfError, match="mount -t bpf"):
            made.pin(tmp_path / "one")

    def test_an_object_uses_the_map_that_is_pinned(self, objects: pathlib.Path, bpffs: pathlib.Path) -> None:
        for counted in (1, 2):
            file = aiobpf.open(objects / "maps.bpf.o")
            file.set_pin_path("per_cpu", bpffs / "per_cpu")
            with file.load() as obj:
                obj.program("count").run()
                assert obj.maps["per_cpu"].typed().sum(3) == counted
        file = aiobpf.open(objects / "maps.bpf.o")
        file.reuse_map("per_cpu", aiobpf.open_pinned_map(bpffs / "per_cpu"))
        with file.load() as obj:
            obj.program("count").run()
            assert obj.maps["per_cpu"].typed().sum(3) == 3

    def test_a_map_of_another_shape_is_not_used(self, objects: pathlib.Path) -> None:
        file = aiobpf.open(objects / "maps.bpf.o")
        wrong = aiobpf.create_map("hash", key_size=4, value_size=8, max_entries=4)
        with pytest.raises(aiobpf.BpfMapError, match="it is a hash with keys of 4 bytes and values of 8; needed"):
            file.reuse_map("per_cpu", wrong)
        with pytest.raises(aiobpf.BpfNotFoundError):
            file.reuse_map("none", wrong)


def test_the_size_of_a_value_is_set_before_loading(objects: pathlib.Path) -> None:
    file = aiobpf.open(objects / "maps.bpf.o")
    file.set_value_size("stacks", 16 * 8)
    with file.load() as obj:
        assert obj.maps["stacks"].value_size == 128
        assert list(obj.maps["stacks"].items()) == []
    with pytest.raises(aiobpf.BpfMapError, match="at least 1 byte"):
        aiobpf.open(objects / "maps.bpf.o").set_value_size("stacks", 0)
