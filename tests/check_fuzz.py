"""Runs a fuzzer for a fixed number of inputs from a fixed seed, so that it always does the same.

AIOBPF_FUZZER is the program, AIOBPF_FUZZ_RUNS how often.
"""

from __future__ import annotations

import os
import pathlib

from build_tree import run


def test_no_input_is_misread(tmp_path: pathlib.Path) -> None:
    done = run(
        os.environ["AIOBPF_FUZZER"], f"-runs={os.environ['AIOBPF_FUZZ_RUNS']}",
        "-seed=1", "-max_len=1100", "-len_control=0", "-verbosity=0", cwd=tmp_path,
    )  # fmt: skip
    crashes = [f"{path.name}: {path.read_bytes().hex()}" for path in tmp_path.iterdir()]
    assert (done.returncode, crashes) == (0, []), done.stdout
