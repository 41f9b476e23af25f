"""Memory runs out on the draining thread: an error of one read, and neither the process nor a record is lost."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def failing_malloc(objects: pathlib.Path) -> pathlib.Path:
    library = objects.parent / "python" / "libfailing_malloc.so"
    assert library.is_file(), f"no {library}: build, or set AIOBPF_BPF_OBJECT_DIR"
    return library


@pytest.mark.parametrize("rarity", [2, 3, 7])
def test_streams_whose_thread_runs_out_of_memory_go_on(failing_malloc: pathlib.Path, rarity: int) -> None:
    done = subprocess.run(
        [sys.executable, pathlib.Path(__file__).with_name("starving.py"), failing_malloc, str(rarity)],
        env={**os.environ, "LD_PRELOAD": str(failing_malloc)},
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stderr
