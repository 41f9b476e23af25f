"""Skeletons: python -m aiobpf.gen, and what it writes."""

from __future__ import annotations

import asyncio
import importlib
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import aiobpf
import aiobpf.gen
import numpy
import pytest
from helpers import emit, take

PACKAGE = pathlib.Path(__file__).parents[2] / "python"


@pytest.fixture(scope="module")
def folder(objects: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Has the skeletons of emit.bpf.o and layouts.bpf.o."""
    made = tmp_path_factory.mktemp("skeletons")
    for name in ("emit", "layouts"):
        aiobpf.gen.write(objects / f"{name}.bpf.o", made)
    return made


def imported(folder: pathlib.Path, name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(folder))
    return importlib.import_module(name)


@pytest.fixture
def emit_bpf(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    yield imported(folder, "emit_bpf", monkeypatch)
    del sys.modules["emit_bpf"]


def test_it_writes_three_files_that_are_called_as_the_object(folder: pathlib.Path, objects: pathlib.Path) -> None:
    for suffix in (".hpp", ".py", ".pyi"):
        assert (folder / f"emit_bpf{suffix}").is_file()
    (path, *_) = aiobpf.gen.write(objects / "emit.bpf.o", folder / "new", "other")
    assert path == folder / "new" / "other.hpp"
    assert "namespace other {" in path.read_text()


@pytest.mark.kernel
def test_the_module_loads_its_object_without_a_file(emit_bpf: Any) -> None:
    with emit_bpf.load(rodata={"answer": 5}, max_entries={"table": 7}) as obj:
        assert obj.name == "emit.bpf.o"
        assert obj.program("answer_it").run() == 5
        assert obj.maps["table"].max_entries == 7


@pytest.mark.kernel
def test_its_classes_are_those_of_the_object(emit_bpf: Any) -> None:
    async def main(obj: aiobpf.BpfObject) -> None:
        assert obj.event_type("numbered") is emit_bpf.numbered
        async with aiobpf.BpfRingBuffer(obj.maps["first"], emit_bpf.numbered) as rb:
            emit(obj, 3, 4)
            assert await take(rb, 4) == [3, 4, 5, 6]

    with emit_bpf.load() as obj:
        asyncio.run(main(obj))


def test_its_classes_have_dtypes(emit_bpf: Any) -> None:
    assert emit_bpf.numbered.dtype == aiobpf.open(emit_bpf.OBJECT).event_type("numbered").dtype
    assert emit_bpf.numbered.dtype.itemsize == 48
    assert emit_bpf.nested.dtype["inner"]["shorts"].shape == (2,)
    assert numpy.zeros(2, emit_bpf.numbered.dtype)["sequence"].tolist() == [0, 0]


def test_a_name_that_it_does_not_have_is_an_attribute_error(emit_bpf: Any) -> None:
    with pytest.raises(AttributeError, match="module 'emit_bpf' has no attribute 'numberd'"):
        emit_bpf.numberd  # noqa: B018


def test_the_opened_object_is_called_as_its_file(emit_bpf: Any) -> None:
    file = emit_bpf.open()
    assert "answer_it" in file.program_names()
    assert "emit.rodata" in file.map_names()  # named by the object's name


RIGHT = """
import asyncio

import aiobpf
import emit_bpf
import layouts_bpf
from typing import assert_type


async def main() -> None:
    with emit_bpf.load(rodata={"answer": 3}, max_entries={"table": 7}) as obj:
        assert_type(obj.maps["first"], aiobpf.BpfMap)
        assert_type(obj.program("emit"), aiobpf.BpfProgram)
        async with aiobpf.BpfRingBuffer(obj.maps["first"], emit_bpf.numbered) as rb:
            async for event in rb:
                assert_type(event, emit_bpf.numbered)
                assert_type(event.sequence, int)
                assert_type(event.text, bytes)
                assert_type(event.odd, bool)
                assert_type(event.shorts, tuple[int, ...])
    assert_type(emit_bpf.nested(bytes(56)).inner.sequence, int)
    assert_type(layouts_bpf.holds_both(bytes(56)).packed.value, int)
    layouts_bpf.load(rodata={"lambda": bytes(16), "text": b"x".ljust(16), "real": 0.5}).close()
    emit_bpf.numbered.dtype.itemsize
"""
WRONG = {
    'emit_bpf.load().maps["frist"]': "No overload variant|incompatible type|Invalid index type",
    'emit_bpf.load().program("emti")': "incompatible type",
    'emit_bpf.load(rodata={"anwser": 3})': 'Argument "rodata" to "load"',
    "emit_bpf.numbered(bytes(48)).sequnce": 'has no attribute "sequnce"',
    'emit_bpf.numbered(bytes(48)).sequence + "x"': "Unsupported operand types",
}


def checked(folder: pathlib.Path, cache: pathlib.Path, text: str) -> subprocess.CompletedProcess[str]:
    program = cache / "program.py"
    program.write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache / "cache"), str(program)],
        env={"MYPYPATH": f"{PACKAGE}:{folder}", "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_type_checkers_know_fields_names_and_constants(folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    done = checked(folder, tmp_path, RIGHT)
    assert done.returncode == 0, done.stdout
    wrong = "\n".join(["import emit_bpf", *WRONG])
    done = checked(folder, tmp_path, wrong)
    for number, message in enumerate(WRONG.values(), 2):
        (line,) = [one for one in done.stdout.splitlines() if f"program.py:{number}: error" in one]
        assert any(part in line for part in message.split("|")), line


def test_the_header_compiles_without_a_warning(folder: pathlib.Path) -> None:
    for path in folder.glob("*.hpp"):
        subprocess.run(
            ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror",
             f"-I{PACKAGE.parent / 'include'}", "-x", "c++", "-include", path, os.devnull],
            check=True,
        )  # fmt: skip


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aiobpf.gen", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def test_the_command_says_what_is_wrong(objects: pathlib.Path, tmp_path: pathlib.Path) -> None:
    assert command(objects / "emit.bpf.o", "-o", tmp_path / "made").returncode == 0
    assert (tmp_path / "made" / "emit_bpf.pyi").is_file()
    for arguments, message in (
        ((tmp_path / "none.o",), "No such file"),
        ((__file__,), "not a BPF object"),
        ((objects / "emit.bpf.o", "--name", "a-b"), "'a-b' is not an identifier of C"),
    ):
        done = command(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert message in done.stderr and "Traceback" not in done.stderr


def test_both_programs_write_the_same(objects: pathlib.Path, folder: pathlib.Path, tmp_path: pathlib.Path) -> None:
    tool = objects.parents[1] / "src" / "aiobpf-gen"
    subprocess.run([tool, objects / "emit.bpf.o", "-o", tmp_path], check=True)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()
    shutil.rmtree(tmp_path)
