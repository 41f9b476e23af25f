#!/usr/bin/env python3
"""Runs a fuzzer for a fixed number of inputs from a fixed seed, so that it always does the same.

run_fuzz.py <program> <runs>
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import cases  # noqa: E402

PROGRAM, RUNS = sys.argv[1:3]


class Fuzz(unittest.TestCase):
    def test_no_input_is_misread(self) -> None:
        with tempfile.TemporaryDirectory(prefix="aiobpf-fuzz-") as folder:
            done = subprocess.run(
                [PROGRAM, f"-runs={RUNS}", "-seed=1", "-max_len=1100", "-len_control=0", "-verbosity=0"],
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder, timeout=100, check=False,
            )  # fmt: skip
            crashes = [f"{path.name}: {path.read_bytes().hex()}" for path in pathlib.Path(folder).iterdir()]
        self.assertEqual((done.returncode, crashes), (0, []), done.stdout)


if __name__ == "__main__":
    cases.run()
