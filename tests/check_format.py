#!/usr/bin/env python3
"""C++ is formatted as .clang-format says, Python is formatted and linted as pyproject.toml says.

check_format.py <clang-format> <ruff>
"""

from __future__ import annotations

import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))
import cases  # noqa: E402

RUFF, CLANG_FORMAT = sys.argv.pop(), sys.argv.pop()
FOLDERS = ("include", "src", "python", "tests", "benchmarks", "examples")


class Format(unittest.TestCase):
    def assert_quiet(self, *command: str) -> None:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_cpp_is_formatted(self) -> None:
        files = [str(path) for folder in FOLDERS for path in (ROOT / folder).rglob("*.[ch]pp")]
        self.assertGreater(len(files), 50)
        self.assert_quiet(CLANG_FORMAT, "--dry-run", "--Werror", *sorted(files))

    def test_python_is_formatted(self) -> None:
        self.assert_quiet(RUFF, "format", "--check", "--diff", ".")

    def test_python_has_no_lint(self) -> None:
        self.assert_quiet(RUFF, "check", ".")


if __name__ == "__main__":
    cases.run()
