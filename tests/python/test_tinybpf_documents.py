"""What the two documents of tinybpf show works as shown there: on aiobpf itself, and on its compat packages.

Each Python and C block runs with the import's name and the object's path changed, and the edits of the table below.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest
from aiobpf.compat import tinybpf, tinybpf_v0
from attaching import mount, mounted, unmount

pytestmark = pytest.mark.kernel

DOCUMENTS = pathlib.Path(__file__).parent / "documents"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Edit:
    """A change to a block beside the import's name and the object's path, and why there has to be one."""

    document: str
    language: str
    block: int  # of that language, from 0 on
    find: str
    replace: str
    reason: str


NO_KPROBES = "not every kernel has kprobes: programs of the same type are attached to a function of libc instead"
EDITS = [
    Edit("readme", "python", 0, 'prog.attach_kprobe("tcp_v4_connect")',
         "prog.attach_uprobe(*GETPPID); os.getppid()", NO_KPROBES + ", which is called once"),
    Edit("readme", "python", 2, 'attach_kprobe("tcp_v4_connect")', "attach_uprobe(*GETPPID)", NO_KPROBES),
    Edit("readme", "python", 2, 'attach_kretprobe("tcp_v4_connect")', "attach_uretprobe(*GETPPID)", NO_KPROBES),
    Edit("readme", "python", 2, 'prog.attach_tracepoint("syscalls", "sys_enter_read")',
         'obj.program("on_call").attach_tracepoint("syscalls", "sys_enter_read")',
         "the kernel attaches no program to probes and tracepoints both: they are of two types"),
    Edit("readme", "python", 6, 'attach_kprobe("target_func")', "attach_uprobe(*GETPPID)", NO_KPROBES),
    Edit("readme", "python", 6, "/sys/fs/bpf/my_link", "{bpffs}/my_link", "a BPF file system of the test's own"),
    Edit("guide", "c", 0, "// Portable: kernel helper works everywhere\n", "{\n",
         "both ways of getting one name are shown, and C has one variable of a name"),
    Edit("guide", "c", 0, "sizeof(comm));\n", "sizeof(comm));\n}\n", "the same"),
    Edit("guide", "bash", 0, "docker run --rm -v $(pwd):/src ghcr.io/gregclermont/tinybpf-compile",
         "{python} -m aiobpf.compile", "our command compiles without a container"),
]  # fmt: skip

#: Blocks of the documents, by language; those of other languages are about the machine.
COUNTS = {"readme": {"python": 8, "bash": 2}, "guide": {"python": 8, "c": 5, "bash": 6, "yaml": 1}}


def blocks(document: str, language: str) -> list[str]:
    """Edited. Each edit finds what it changes."""
    text = (DOCUMENTS / f"tinybpf-{document}.md").read_text(encoding="utf-8")
    found = [match[2] for match in BLOCK.finditer(text) if match[1] == language]
    for edit in EDITS:
        if (edit.document, edit.language) == (document, language):
            assert edit.find in found[edit.block], edit
            assert edit.reason
            found[edit.block] = found[edit.block].replace(edit.find, edit.replace)
    return found


def test_the_documents_have_these_blocks() -> None:
    for document, counts in COUNTS.items():
        text = (DOCUMENTS / f"tinybpf-{document}.md").read_text(encoding="utf-8")
        languages = [match[1] for match in BLOCK.finditer(text)]
        assert {one: languages.count(one) for one in set(languages)} == counts


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """program.bpf.o, of which the C blocks are a part."""
    fragile, conditional, event, anchor, both = blocks("guide", "c")
    source = (DOCUMENTS / "tinybpf.bpf.c").read_text()
    folder = tmp_path_factory.mktemp("documents")
    path = folder / "program.bpf.c"
    path.write_text(
        source.replace("%(declarations)s", event + anchor + both).replace("%(statements)s", fragile + conditional)
    )
    return aiobpf.compile(path, output=folder).path


@pytest.fixture(scope="module", autouse=True)
def tracefs() -> Iterator[None]:
    with mounted("tracefs", "/sys/kernel/tracing", "events"):
        yield


@pytest.fixture
def bpffs(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    place = tmp_path / "bpffs"
    place.mkdir()
    mount("bpf", str(place))
    yield place
    unmount(str(place))


def place_of(function: str) -> tuple[str, int]:
    """A function of libc: the file, and where it is there."""
    address = ctypes.cast(getattr(ctypes.CDLL(None), function), ctypes.c_void_p).value
    assert address is not None
    for line in pathlib.Path("/proc/self/maps").read_text().splitlines():
        where, _, offset, _, _, *path = line.split()
        start, end = (int(one, 16) for one in where.split("-"))
        if start <= address < end:
            return path[0], address - start + int(offset, 16)
    raise AssertionError(f"{function} is nowhere")


def run(block: str, names: dict[str, Any], **places: object) -> str:
    """Runs it in these names; what it prints."""
    for place, value in places.items():
        block = block.replace(f"{{{place}}}", str(value))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(block, "the document", "exec", dont_inherit=True), names)
    return printed.getvalue()


#: What stands for tinybpf: the module, and how it is imported.
README = [(aiobpf, "aiobpf"), (tinybpf_v0, "aiobpf.compat.tinybpf_v0")]
GUIDE = [(aiobpf, "aiobpf"), (tinybpf, "aiobpf.compat.tinybpf")]


class TestReadme:
    @pytest.fixture(params=README, ids=lambda one: one[1])
    def imported(self, request: pytest.FixtureRequest) -> tuple[Any, str]:
        given: tuple[Any, str] = request.param
        return given

    def read(self, imported: tuple[Any, str], number: int, program: pathlib.Path) -> tuple[str, dict[str, Any]]:
        """A block with its path, and the names it runs in."""
        module, name = imported
        block = blocks("readme", "python")[number].replace('"program.bpf.o"', repr(str(program)))
        block = block.replace("import tinybpf", f"import {name} as tinybpf").replace("from tinybpf", f"from {name}")
        import struct

        names = {"tinybpf": module, "GETPPID": place_of("getppid"), "os": os, "struct": struct, "__name__": "document"}
        return block, names

    def test_quick_start(self, imported: tuple[Any, str], program: pathlib.Path) -> None:
        block, names = self.read(imported, 0, program)
        said = run(block, names)
        assert said == f"Key: {os.getpid().to_bytes(4, 'little').hex()}, Value: {(1).to_bytes(8, 'little').hex()}\n"
        with pytest.raises(RuntimeError, match="closed"):
            names["obj"].maps["connections"]

    def test_loading_objects(self, imported: tuple[Any, str], program: pathlib.Path) -> None:
        block, names = self.read(imported, 1, program)
        assert run(block, names) == ""
        with pytest.raises(RuntimeError, match="closed"):
            names["obj"].program("my_function")

    def test_working_with_programs(self, imported: tuple[Any, str], program: pathlib.Path) -> None:
        block, names = self.read(imported, 2, program)
        said = run(block + "    attached = [one.is_attached for one in (link1, link2, link3, link4)]\n", names)
        assert "my_function: KPROBE\n" in said
        assert "on_call: TRACEPOINT\n" in said
        assert names["attached"] == [False, True, True, True]

    def test_working_with_maps(self, imported: tuple[Any, str], program: pathlib.Path) -> None:
        block, names = self.read(imported, 3, program)
        assert run(block, names) == "Key: 00000000, Value: 6400000000000000\n"
        assert names["count"] == 100

    def test_typed_map_access(self, imported: tuple[Any, str], program: pathlib.Path) -> None:
        block, names = self.read(imported, 4, program)
        more = """
    typed_map[Key(7)] = Value(70)
    read = typed_map[Key(7)].count, [(key.pid, value.count) for key, value in typed_map.items()]
"""
        assert run(block + more, names) == "100\nKey: 0, Value: 100\n"
        assert names["read"] == (70, [(7, 70)])

    def test_map_properties(self, imported: tuple[Any, str], program: pathlib.Path) -> None:
        block, names = self.read(imported, 5, program)
        said = run(block, names).splitlines()
        assert said[:5] == ["Name: my_map", "Type: HASH", "Key size: 4", "Value size: 8", "Max entries: 64"]
        assert said[5].startswith("MapInfo(name='my_map', type=<")

    def test_link_management(self, imported: tuple[Any, str], program: pathlib.Path, bpffs: pathlib.Path) -> None:
        block, names = self.read(imported, 6, program)
        said = run(block.replace("link.pin(", "before = link; link.pin("), names, bpffs=bpffs)
        assert said.startswith("Attached: True\nHook: uprobe/")
        assert not (bpffs / "my_link").exists()
        assert not names["before"].is_attached  # its object was closed

    def test_exceptions(self, imported: tuple[Any, str], program: pathlib.Path) -> None:
        block, names = self.read(imported, 7, program)
        run(block, names)
        errors = [one for name, one in names.items() if name.startswith("BPF")]
        assert len(errors) == 8
        assert all(issubclass(error, names["BPFError"]) for error in errors)


class TestGuide:
    @pytest.fixture(params=GUIDE, ids=lambda one: one[1])
    def module(self, request: pytest.FixtureRequest) -> Any:
        return request.param[0]

    @pytest.fixture
    def names(self, module: Any, program: pathlib.Path) -> Iterator[dict[str, Any]]:
        """What the blocks take for granted."""
        with module.load(program) as obj:
            yield {"tinybpf": module, "BpfRingBuffer": module.BpfRingBuffer, "ctypes": ctypes, "obj": obj}

    @pytest.mark.parametrize("number", [0, 7])
    def test_an_error_has_what_libbpf_said(self, module: Any, objects: pathlib.Path, number: int) -> None:
        block = blocks("guide", "python")[number].replace('"program.bpf.o"', repr(str(objects / "rejected.bpf.o")))
        said = run(block, {"tinybpf": module})
        assert "BEGIN PROG LOAD LOG" in said
        assert ("libbpf diagnostics:" if number == 0 else "Error: ") in said

    def test_config_maps(self, names: dict[str, Any]) -> None:
        assert run(blocks("guide", "python")[1], names) == "Filtering PID: 1234\n"
        assert names["current"].enabled == 1

    def test_iterating_typed_maps(self, names: dict[str, Any]) -> None:
        names["obj"].maps["port_stats"].typed(key=ctypes.c_uint16)[443] = (3).to_bytes(8, "little") + bytes(8)
        assert run(blocks("guide", "python")[2], names) == "Port 443: 3 connections\n"

    def test_an_event_that_is_anchored_is_validated(self, names: dict[str, Any]) -> None:
        got: list[Any] = []
        names["handle"] = got.append
        run(blocks("guide", "python")[3] + blocks("guide", "python")[4], names)
        assert names["obj"].program("emit_event").run() == 0
        with names["rb"] as rb:
            assert rb.poll(0) == 1
        assert (got[0].pid, got[0].tid) == (7, 8)
        assert got[0].comm == pathlib.Path("/proc/self/comm").read_bytes().strip()
        assert names["obj"].lookup_type("event") is names["Event"]

    def test_several_types_in_one_ring(self, names: dict[str, Any]) -> None:
        got: list[Any] = []
        block = blocks("guide", "python")[5].replace("from_buffer_copy(data)\n", "from_buffer_copy(data); got(event)\n")
        names["got"] = got.append
        run(block, names)
        assert names["obj"].program("emit_both").run() == 0
        with names["rb"] as rb:
            assert rb.consume() == 2
        assert [type(one).__name__ for one in got] == ["ExecEvent", "ExitEvent"]
        assert [one.pid for one in got] == [7, 8]

    def test_separate_buffers(self, names: dict[str, Any]) -> None:
        execs: list[Any] = []
        exits: list[Any] = []
        names |= {"handle_exec": execs.append, "handle_exit": exits.append}
        classes = blocks("guide", "python")[5].partition("def handle")[0]
        run(classes + blocks("guide", "python")[6], names)
        assert names["obj"].program("emit_both").run() == 0
        with names["rb"] as rb:
            assert rb.poll(0) == 2
        assert [one.pid for one in execs] == [7]
        assert [(one.pid, one.exit_code) for one in exits] == [(8, -9)]


def test_the_commands_that_compile(program: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (tmp_path / "src").mkdir()
    for name in ("program.bpf.c", "src/one.bpf.c", "src/two.bpf.c"):
        shutil.copy(program.with_suffix(".c"), tmp_path / name)
    block = blocks("guide", "bash")[0].replace("{python}", sys.executable)
    packages = str(pathlib.Path(aiobpf.__file__).absolute().parents[1])
    subprocess.run(["sh", "-e", "-c", block], cwd=tmp_path, check=True, env=os.environ | {"PYTHONPATH": packages})
    for name in ("program.bpf.o", "src/one.bpf.o", "src/two.bpf.o", "build/one.bpf.o", "build/two.bpf.o"):
        assert aiobpf.open(tmp_path / name).program_names() == aiobpf.open(program).program_names()
