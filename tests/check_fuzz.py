"""Runs a fuzzer for a fixed number of inputs from a fixed seed, so that it always does the same.

AIOBPF_FUZZER is the program, AIOBPF_FUZZ_RUNS how often; with AIOBPF_LONG 50 times as often.
"""

from __future__ import annotations

import os
import pathlib

import pytest
from build_tree import run

LONG = 50 if "AIOBPF_LONG" in os.environ else 1
RUNS = LONG * int(os.environ["AIOBPF_FUZZ_RUNS"])
LIMIT = LONG * 100.0  # seconds


@pytest.mark.timeout(LIMIT + 10)
def test_no_input_is_misread(tmp_path: pathlib.Path) -> None:
    done = run(
        os.environ["AIOBPF_FUZZER"], f"-runs={RUNS}", "-seed=1", "-max_len=1100", "-len_control=0", "-verbosity=0",
        cwd=tmp_path, timeout=LIMIT,
    )  # fmt: skip
    crashes = [f"{path.name}: {path.read_bytes().hex()}" for path in tmp_path.iterdir()]
    assert (done.returncode, crashes) == (0, []), done.stdout
