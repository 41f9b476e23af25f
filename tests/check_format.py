"""C++ is formatted as .clang-format says, Python is formatted and linted as pyproject.toml says."""

from __future__ import annotations

import sys

from build_tree import ROOT, succeed

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
