"""C++ is formatted as .clang-format says, Python is formatted and linted as pyproject.toml says."""

from __future__ import annotations

import pathlib
import shutil
import sys

from build_tree import ROOT, run, succeed

CLANG_FORMAT = "clang-format-14"  # the version that .clang-format is for
FOLDERS = ("include", "src", "python", "tests", "benchmarks", "examples")


def test_cpp_is_formatted() -> None:
    files = [str(path) for folder in FOLDERS for path in (ROOT / folder).rglob("*.[ch]pp")]
    assert len(files) > 50
    succeed(CLANG_FORMAT, "--dry-run", "--Werror", *sorted(files), cwd=ROOT)


def test_python_is_formatted() -> None:
    succeed(sys.executable, "-m", "ruff", "format", "--check", "--diff", ".", cwd=ROOT)


def test_python_has_no_lint() -> None:
    succeed(sys.executable, "-m", "ruff", "check", ".", cwd=ROOT)


def test_the_script_mends_what_is_found(tmp_path: pathlib.Path) -> None:
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    for name in (".clang-format", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
    shutil.copy(ROOT / "src" / ".clang-format", tmp_path / "src")
    commands = tmp_path / ".venv" / "bin"
    commands.mkdir(parents=True)
    (commands / "ruff").write_text(f'#!/bin/sh\nexec {sys.executable} -m ruff "$@"\n')
    (commands / "ruff").chmod(0o755)
    cpp, py = tmp_path / "src" / "a.cpp", tmp_path / "tests" / "a.py"
    includes = ["<aiobpf/a.hpp>", "", '"b.hpp"', "", "<boost/a.hpp>", "", "<bpf/a.h>", "<unistd.h>", "", "<vector>"]
    lines = [f"#include {header}" if header else "" for header in includes]
    cpp.write_text("\n".join([*reversed(lines), "int  main ( ) { return 0 ; }\n"]))
    py.write_text("import os\nprint( 'a' )\n")
    assert run(CLANG_FORMAT, "--dry-run", "--Werror", cpp).returncode != 0

    assert succeed(tmp_path / "scripts" / "format") == ""
    assert cpp.read_text().splitlines() == [*lines, "int main() {", "  return 0;", "}"]
    assert py.read_text() == 'print("a")\n'
