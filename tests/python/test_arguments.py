"""What is passed wrongly is told in Python's own words, by every public function and method."""

from __future__ import annotations

import asyncio
import ctypes
import inspect
import os
import pathlib
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import aiobpf
import pytest
from aiobpf import bpf

#: What no parameter takes, and what some do.
WRONG: list[Any] = [
    object(),
    None,
    1.5,
    float("nan"),
    -1,
    2**32,
    2**64,
    -(2**64),
    10**400,
    "x",
    "x\0y",
    "\udce9",
    "\ud800",
    b"x",
    b"x\0y",
    [],
    {},
    int,
    int.__add__,
    ctypes.c_int,
    ctypes.c_int(1),
    memoryview(bytes(8))[::2],
    range(3),
]


@bpf.program("syscall")
def nothing() -> None:
    pass


def compile_nothing(license: Any) -> Any:
    return aiobpf.compile(nothing, license=license)


Call = tuple[Callable[..., Any], dict[str, Any]]


def make_calls(objects: pathlib.Path, obj: aiobpf.BpfObject) -> dict[str, Call]:
    """A right call of everything public that takes an argument."""
    path = objects / "emit.bpf.o"
    file = aiobpf.open(path)
    ring = aiobpf.MemoryRing(4096)
    rb = aiobpf.BpfRingBuffer(ring)
    other = aiobpf.BpfRingBuffer(aiobpf.MemoryRing(4096))
    table, per_cpu = obj.maps["table"], obj.maps["per_cpu"]
    key, value = {"key": bytes(4)}, {"value": bytes(8)}

    called_ring = aiobpf.MemoryRing(4096)
    called = aiobpf.BpfRingBuffer(called_ring, lambda _: None)

    def poll(timeout_ms: Any) -> int:
        called_ring.emit(b"x")  # no wait without an end
        return called.poll(timeout_ms) + asyncio.run(called.poll_async(timeout_ms if timeout_ms == 0 else 1))

    kinds = aiobpf.BpfRingBuffer(aiobpf.MemoryRing(4096), {1: bytes}, discriminator=(0, 4))

    def drain(deadline: Any) -> int:
        return asyncio.run(rb.drain(deadline))

    types = aiobpf.Btf.of_file(path)
    entry = types.record("struct numbered")
    unpinned = {"path": "/nowhere/pin"}

    def set_item(key: Any, value: Any) -> None:
        table[key] = value

    def get_item(key: Any) -> Any:
        return table[key]

    def delete_item(key: Any) -> None:
        del table[key]

    def set_per_cpu(key: Any, value: Any) -> None:
        per_cpu[key] = value

    calls: dict[str, Call] = {
        "open": (aiobpf.open, {"source": path}),
        "load": (aiobpf.load, {"source": path, "max_entries": {"table": 8}, "rodata": {"answer": 1}}),
        "BpfObjectFile": (aiobpf.BpfObjectFile, {"source": path}),
        "compile": (compile_nothing, {"license": "GPL"}),
        "BpfObjectFile.set_max_entries": (file.set_max_entries, {"map": "table", "entries": 8}),
        "BpfObjectFile.set_rodata": (file.set_rodata, {"variable": "answer", "value": bytes(4)}),
        "BpfObjectFile.set_autoload": (file.set_autoload, {"program": "emit", "load": True}),
        "BpfObjectFile.event_type": (file.event_type, {"name": "numbered"}),
        "BpfObjectFile.set_value_size": (file.set_value_size, {"map": "table", "size": 8}),
        "BpfObjectFile.set_pin_path": (file.set_pin_path, {"map": "table", "path": "/sys/fs/bpf/table"}),
        "BpfObjectFile.reuse_map": (file.reuse_map, {"map": "table", "existing": table}),
        "BpfObjectFile.set_attach_target": (file.set_attach_target, {"program": "emit", "target": "nothing"}),
        "BpfObject.variables": (obj.variables, {"section": ".rodata"}),
        "BpfObject.attach_struct_ops": (obj.attach_struct_ops, {"name": "table"}),
        "Variables.view": (obj.variables(".rodata").view, {"name": "answer"}),
        "BpfProgram.pin": (obj.program("emit").pin, unpinned),
        "BpfProgram.unpin": (obj.program("emit").unpin, unpinned),
        "BpfProgram.test_run": (
            obj.program("answer_it").test_run,
            {"data": b"", "context": bytearray(8), "repeat": 1},
        ),
        "open_pinned_link": (aiobpf.open_pinned_link, unpinned),
        "open_pinned_map": (aiobpf.open_pinned_map, unpinned),
        "open_map_by_id": (aiobpf.open_map_by_id, {"id": table.id}),
        "create_map": (
            aiobpf.create_map,
            {"type": "hash", "name": "made", "key_size": 4, "value_size": 8, "max_entries": 1, "flags": 0},
        ),
        "Btf.sizeof": (types.sizeof, {"name": "struct numbered"}),
        "Btf.event_type": (types.event_type, {"name": "struct numbered"}),
        "Btf.record": (types.record, {"name": "struct numbered"}),
        "Btf.pack": (types.pack, {"name": "struct numbered", "value": bytes(48)}),
        "Btf.unpack": (types.unpack, {"name": "struct numbered", "data": bytes(48)}),
        "BpfRecord.pack": (entry.pack, {"arg": entry.unpack(bytes(entry.size))}),
        "BpfRecord.unpack": (entry.unpack, {"buff": bytes(entry.size)}),
        "BpfObject.program": (obj.program, {"name": "emit"}),
        "BpfObject.map": (obj.map, {"name": "table"}),
        "BpfObject.event_type": (obj.event_type, {"name": "numbered"}),
        "BpfProgram.attach_tracepoint": (
            obj.program("emit").attach_tracepoint,
            {"category": "sched", "name": "sched_process_exec"},
        ),
        "BpfProgram.run": (obj.program("answer_it").run, {"context": bytes(8)}),
        "BpfMap.__setitem__": (set_item, key | value),
        "BpfMap.__getitem__": (get_item, key),
        "BpfMap.__contains__": (table.__contains__, key),
        "BpfMap.get": (table.get, key),
        "BpfMap.__delitem__": (delete_item, key),
        "BpfMap.typed": (table.typed, {"key_format": "I", "value_format": "Q"}),
        "BpfMap.update": (table.update, key | value | {"flags": 0}),
        "BpfMap.lookup_and_delete": (table.lookup_and_delete, key),
        "BpfMap.update_many": (table.update_many, {"entries": {bytes(4): bytes(8)}}),
        "BpfMap.pop": (table.pop, key | {"default": None}),
        "BpfMap.pin": (table.pin, unpinned),
        "BpfMap.unpin": (table.unpin, unpinned),
        "per CPU": (set_per_cpu, key | {"value": [bytes(64)] * (os.cpu_count() or 1)}),
        "MemoryRing": (aiobpf.MemoryRing, {"size": 4096}),
        "MemoryRing.emit": (ring.emit, {"record": b"x"}),
        "BpfRingBuffer": (
            aiobpf.BpfRingBuffer,
            {"map": ring, "event_type": bytes, "latency": 0.0, "driver": "inline", "queue_bytes": 4096},
        ),
        "BpfRingBuffer.add": (
            called.add,
            {"map": aiobpf.MemoryRing(4096), "callback": print, "as_memoryview": False, "name": "", "latency": 0.001},
        ),
        "BpfRingBuffer.remove": (called.remove, {"source": 0}),
        "BpfRingBuffer.poll": (poll, {"timeout_ms": 0}),
        "Stream": (aiobpf.Stream, {"latency": 0.0, "driver": "inline", "queue_bytes": 4096}),
        "Stream.add": (
            rb.add,
            {"map": aiobpf.MemoryRing(4096), "event_type": bytes, "name": "ring", "latency": 0.001},
        ),
        "Stream.remove": (other.remove, {"source": 0}),
        "Stream.statistics": (rb.statistics, {"source": 0}),
        "Stream.verify": (rb.verify, {"source": 0}),
        "Stream.count_types": (kinds.count_types, {"source": 0}),
        "Stream.drain": (drain, {"deadline": 1.0}),
        "event": (obj.event_type("numbered"), {"data": bytes(48)}),
    }
    return calls


@pytest.fixture
def calls(objects: pathlib.Path, emitter: aiobpf.BpfObject) -> Iterator[dict[str, Call]]:
    made = make_calls(objects, emitter)
    yield made
    for name in ("Stream.add", "Stream.remove", "Stream.count_types", "BpfRingBuffer.add"):
        made[name][0].__self__.close()  # type: ignore[attr-defined]
    made.clear()  # pytest holds on to what fixtures gave


def close(result: Any) -> None:
    if hasattr(result, "close"):
        result.close()


@pytest.mark.kernel
def test_no_wrong_argument_is_told_in_cpp(calls: dict[str, Call]) -> None:
    for name, (function, right) in calls.items():
        for parameter in right:
            for wrong in WRONG:
                where = f"{name}({parameter}={wrong!r})"
                try:
                    close(function(**right | {parameter: wrong}))
                except (TypeError, ValueError, BufferError, aiobpf.BpfError) as error:
                    text = str(error)
                    assert type(error).__module__ in ("builtins", "aiobpf._errors"), f"{where}: {type(error)}"
                    for word in (
                        ("C++", "Boost", "std::", "signature")
                        if parameter == "source"
                        else ("C++", "Boost", "std::", "codec")
                    ):
                        assert word not in text, f"{where}: {text}"
                except BaseException as error:
                    pytest.fail(f"{where}: {error!r}")


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("name", "wrong", "kind", "says"),
    [
        ("BpfRingBuffer", {"queue_bytes": 1.5}, TypeError, "queue_bytes must be an int, not float"),
        ("BpfRingBuffer", {"queue_bytes": 0}, ValueError, "queue_bytes must be from 1 to 9223372036854775807, not 0"),
        ("BpfRingBuffer", {"queue_bytes": 2**64}, ValueError, "queue_bytes must be from 1 to"),
        ("BpfRingBuffer", {"latency": "1"}, TypeError, "latency must be a number, not str"),
        ("BpfRingBuffer", {"latency": -1}, ValueError, "latency must be from 0 to 60, not -1"),
        ("BpfRingBuffer", {"driver": "threads"}, ValueError, "driver is 'thread' or 'inline', not 'threads'"),
        ("BpfRingBuffer", {"map": 5}, TypeError, "map is a BpfMap or a MemoryRing, not int"),
        ("Stream.add", {"name": 5}, TypeError, "name must be a str, not int"),
        ("Stream.add", {"latency": 61}, ValueError, "latency must be from 0 to 60, not 61"),
        ("Stream.remove", {"source": "0"}, TypeError, "source must be an int, not str"),
        ("Stream.statistics", {"source": -1}, ValueError, "source must be from 0 to 4294967295, not -1"),
        ("Stream.drain", {"deadline": "1"}, TypeError, "deadline must be a number, not str"),
        ("Stream.drain", {"deadline": -1}, ValueError, "deadline must be from 0 to 1e+09, not -1"),
        ("MemoryRing", {"size": "x"}, TypeError, "size must be an int, not str"),
        ("MemoryRing", {"size": -1}, ValueError, "size must be from 0 to 1099511627776, not -1"),
        ("MemoryRing", {"size": 2**64 - 1}, ValueError, "size must be from 0 to"),
        ("MemoryRing.emit", {"record": "x"}, TypeError, "a bytes-like object is required, not 'str'"),
        ("BpfObject.program", {"name": 5}, TypeError, "name must be a str, not int"),
        ("BpfObject.map", {"name": b"table"}, TypeError, "name must be a str, not bytes"),
        ("BpfObject.event_type", {"name": None}, TypeError, "name must be a str, not NoneType"),
        ("BpfObjectFile.set_max_entries", {"entries": "9"}, TypeError, "entries must be an int, not str"),
        ("BpfObjectFile.set_max_entries", {"entries": -1}, ValueError, "entries must be from 0 to 4294967295, not -1"),
        ("BpfObjectFile.set_max_entries", {"entries": 2**32}, ValueError, "not 4294967296"),
        ("BpfObjectFile.set_max_entries", {"map": "table\0x"}, ValueError, "map: embedded null character"),
        ("BpfObjectFile.set_autoload", {"load": "no"}, TypeError, "load must be a bool, not str"),
        ("BpfObjectFile.event_type", {"name": "numbered\0"}, ValueError, "name: embedded null character"),
        ("BpfProgram.attach_tracepoint", {"category": 1}, TypeError, "category must be a str, not int"),
        ("BpfProgram.run", {"context": "x"}, TypeError, "a bytes-like object is required, not 'str'"),
        ("load", {"max_entries": 5}, TypeError, "max_entries must be a mapping, not int"),
        ("load", {"rodata": [("answer", 1)]}, TypeError, "rodata must be a mapping, not list"),
        ("load", {"max_entries": {5: 5}}, TypeError, "map must be a str, not int"),
        ("load", {"rodata": {"answer": "1"}}, TypeError, "it takes an int, not str"),
        ("open", {"source": 5}, TypeError, "expected str, bytes or os.PathLike object, not int"),
        ("open", {"source": "emit.bpf.o\0"}, ValueError, "embedded null byte"),
        ("load", {"source": b"emit.bpf.o\0"}, ValueError, "embedded null byte"),
    ],
)
def test_a_wrong_argument_is_told_by_its_name(
    calls: dict[str, Call], name: str, wrong: dict[str, Any], kind: type[Exception], says: str
) -> None:
    function, right = calls[name]
    with pytest.raises(kind) as raised:
        function(**right | wrong)
    assert says in str(raised.value)
    assert not isinstance(raised.value, aiobpf.BpfError)


@pytest.mark.kernel
def test_every_right_call_is_right(calls: dict[str, Call]) -> None:
    refused = {  # nothing is pinned, or attached to, there
        "BpfProgram.attach_tracepoint",
        "BpfObjectFile.set_attach_target",
        "BpfObject.attach_struct_ops",
        "BpfProgram.pin",
        "BpfProgram.unpin",
        "BpfMap.pin",
        "BpfMap.unpin",
        "open_pinned_link",
        "open_pinned_map",
    }
    for name, (function, right) in calls.items():
        if name not in refused:
            close(function(**right))


#: What takes what it is given on to somebody else, or to nobody; and what is called wrongly in tests of its own, where
#: there is a link, a user ring, a perf buffer, an event.
PASSED_ON = {
    "BpfMap.items",
    "BPFRecord.pack",
    "BPFRecord.unpack",
    "BpfLink.pin",
    "BpfLink.unpin",
    "BpfLink.update",
    "BpfUserRing.submit",
    "BpfUserRing.write",
    "BpfUserRing.try_reserve",
    "BpfUserRing.reserve",
    "BpfPerfBuffer.poll",
    *("trace", "on", "run", "count", "summarize", "hist"),
    "BpfObject.__exit__",
    "BpfLink.__exit__",
    "BpfRingBuffer.__aexit__",
    "BpfRingBuffer.poll_async",
}


@pytest.mark.kernel
def test_everything_public_is_called_wrongly(calls: dict[str, Call]) -> None:
    for name in aiobpf.__all__:
        thing = getattr(aiobpf, name)
        if inspect.isfunction(thing) and inspect.signature(thing).parameters and name not in PASSED_ON:
            assert name in calls
        if not inspect.isclass(thing) or issubclass(thing, Exception):
            continue
        for method, function in vars(thing).items():
            if method.startswith("_") or not inspect.isfunction(function):
                continue
            if len(inspect.signature(function).parameters) > 1 and f"{name}.{method}" not in PASSED_ON:
                assert f"{name}.{method}" in calls


class TestPaths:
    @pytest.fixture
    def strange(self, objects: pathlib.Path, tmp_path: pathlib.Path) -> bytes:
        """The path of an object whose name is not UTF-8."""
        return os.fsencode(shutil.copy(objects / "emit.bpf.o", os.fsencode(tmp_path) + b"/caf\xe9.bpf.o"))

    def test_bytes_a_surrogate_escaped_str_and_a_path_like_are_one(self, strange: bytes) -> None:
        for path in (strange, os.fsdecode(strange), pathlib.Path(os.fsdecode(strange))):
            assert "emit" in aiobpf.open(path).program_names()

    @pytest.mark.kernel
    def test_the_object_is_named_by_it(self, strange: bytes) -> None:
        with aiobpf.load(strange) as obj:
            assert obj.name == "caf\udce9.bpf.o"

    def test_a_missing_one_is_named(self, strange: bytes) -> None:
        with pytest.raises(FileNotFoundError, match="caf") as raised:
            aiobpf.open(strange + b".gone")
        assert raised.value.filename == strange + b".gone"


def test_opening_a_fifo_is_an_error_at_once(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(aiobpf.BpfLoadError, match="not a regular file"):
        aiobpf.open(tmp_path / "fifo")


def test_other_threads_run_while_an_object_is_opened(objects: pathlib.Path) -> None:
    go = threading.Event()
    ran: list[bool] = []

    def wait_for_the_gil() -> None:
        go.wait()
        ran.append(True)

    thread = threading.Thread(target=wait_for_the_gil)
    thread.start()
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)  # nobody is made to give the GIL away: opening does by itself
    try:
        go.set()
        for _ in range(2000):
            aiobpf.open(objects / "emit.bpf.o")
            if ran:
                break
        assert ran
    finally:
        sys.setswitchinterval(interval)
        thread.join()
