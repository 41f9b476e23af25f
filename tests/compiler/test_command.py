"""python -m aiobpf.compile, the cache, and sources that are in no file."""

from __future__ import annotations

import inspect
import linecache
import os
import pathlib
import subprocess
import sys

import aiobpf
import pytest
from aiobpf.compiler import btf, clang, to_object
from control_flow import for_range

PROGRAM = '''"""A program."""

from aiobpf import bpf
from aiobpf.bpf import u64

LICENSE = "Dual MIT/GPL"
total = bpf.Global(u64)
unused = bpf.Array(u64, 4)


@bpf.program("syscall")
def count() -> None:
    total.value += 1
'''


def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aiobpf.compile", *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture
def program(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "counter.py"
    path.write_text(PROGRAM)
    return path


def test_it_writes_an_object(program: pathlib.Path, tmp_path: pathlib.Path) -> None:
    done = command(program, "-o", tmp_path / "out.o")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    file = aiobpf.open(tmp_path / "out.o")
    assert file.program_names() == ["count"]
    assert "unused" in file.map_names()  # a module's maps are there although no program uses them


def test_it_writes_beside_the_file(program: pathlib.Path) -> None:
    assert command(program).returncode == 0
    assert program.with_suffix(".bpf.o").is_file()


def test_it_writes_c(program: pathlib.Path) -> None:
    done = command(program, "--emit", "c")
    assert done.returncode == 0
    assert "        total = total + 1;\n" in done.stdout
    assert 'SEC("license") = "Dual MIT/GPL";' in done.stdout


def test_it_shows_an_error_with_its_line(program: pathlib.Path) -> None:
    program.write_text(PROGRAM.replace("+= 1", "/= 2"))
    done = command(program)
    assert done.returncode == 1
    assert done.stderr == (
        f"{program}:13:5: the operator / is not in the language of BPF programs\n"
        "        total.value /= 2\n"
        "        ^^^^^^^^^^^^^^^^\n"
        "hint: there are no fractions: // divides integers\n"
    )


def test_without_a_clang_it_says_how_to_get_one(program: pathlib.Path) -> None:
    done = command(program, AIOBPF_CLANG="no-such-clang")
    assert done.returncode == 2
    assert "no-such-clang is not a clang: apt-get install clang, or pip install aiobpf[compiler]" in done.stderr


def test_the_same_program_is_compiled_once(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setenv("AIOBPF_CACHE_DIR", str(tmp_path))
    first = to_object(for_range)
    inode = first.stat().st_ino
    monkeypatch.setattr(clang, "compile_c", lambda *_: pytest.fail("it was compiled again"))
    assert to_object(for_range).stat().st_ino == inode


def test_a_cache_that_cannot_be_written_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    blob = btf.BtfBlob(btf.KERNEL_BTF.read_bytes(), pathlib.Path("/proc/nowhere/index"))
    number = blob.find("task_struct", {btf.STRUCT})
    assert number is not None and blob.type(number).name == "task_struct"


def test_the_index_on_disk_is_as_the_one_in_memory(tmp_path: pathlib.Path) -> None:
    data, path = btf.KERNEL_BTF.read_bytes(), tmp_path / "index"
    made, loaded = btf.BtfBlob(data, path), btf.BtfBlob(data, path)
    assert path.is_file()
    for name in ("task_struct", "sk_buff", "xdp_md"):
        assert made.find(name, {btf.STRUCT}) == loaded.find(name, {btf.STRUCT}) is not None
    assert loaded.enumerator("XDP_PASS") is not None
    assert loaded.find("no_such_struct", {btf.STRUCT}) is None


def test_a_notebook_cell_is_compiled() -> None:
    name = "<ipython-input-1>"
    linecache.cache[name] = (len(PROGRAM), None, PROGRAM.splitlines(keepends=True), name)
    names: dict[str, object] = {"__name__": "__main__"}
    exec(compile(PROGRAM, name, "exec", dont_inherit=True), names)
    assert aiobpf.compile(names["count"]).program_names() == ["count"]  # type: ignore[arg-type]


def test_a_function_without_a_source_says_what_to_do() -> None:
    names: dict[str, object] = {}
    exec(compile(PROGRAM, "<stdin>", "exec", dont_inherit=True), names)
    with pytest.raises(aiobpf.CompileError, match="cannot be read") as caught:
        aiobpf.compile(names["count"])  # type: ignore[arg-type]
    assert caught.value.hint is not None and "notebook" in caught.value.hint


def test_a_module_that_changed_since_its_import_is_refused(program: pathlib.Path) -> None:
    names: dict[str, object] = {}
    exec(compile(PROGRAM, str(program), "exec", dont_inherit=True), names)
    program.write_text("\n\n\n" + PROGRAM)
    with pytest.raises(aiobpf.CompileError, match="has changed since it was imported"):
        aiobpf.compile(names["count"])  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [None, 5, b"x", "no_such_module", len, object(), [for_range], type])
def test_what_is_no_program_is_a_type_error(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"is not a program \(@bpf.program\), nor a module with programs"):
        aiobpf.compile(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [5, b"GPL", object()])
@pytest.mark.parametrize("name", ["license", "compiler"])
def test_a_wrong_option_is_a_type_error(name: str, wrong: object) -> None:
    with pytest.raises(TypeError, match=f"{name} must be a str, not {type(wrong).__name__}"):
        aiobpf.compile(for_range, **{name: wrong})  # type: ignore[arg-type]


def test_a_program_still_runs_in_python() -> None:
    from support import Args

    arguments = Args()
    for_range(arguments)
    assert arguments.result == sum(i * i for i in range(10))
    assert inspect.isfunction(for_range)
