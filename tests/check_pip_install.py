"""`pip install .` in a fresh virtual environment gives a package that works."""

from __future__ import annotations

import os
import pathlib
import sys

import pytest
from build_tree import ROOT, succeed

LIMIT = 800  # seconds; the whole is some 60 on an idle machine

PROGRAM = """
import asyncio, aiobpf

async def main():
    ring = aiobpf.MemoryRing(4096)
    for i in range(10):
        assert ring.emit(bytes([i]) * 8)
    async with aiobpf.BpfRingBuffer(ring) as rb:
        got = []
        async for event in rb:
            got.append(event)
            if len(got) == 10:
                break
    assert got == [bytes([i]) * 8 for i in range(10)]
    assert rb.statistics().balances()

asyncio.run(main())
"""

pytestmark = pytest.mark.timeout(LIMIT)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """An interpreter that has the package, installed as users install it."""
    os.environ.pop("PYTHONPATH", None)
    folder = tmp_path_factory.mktemp("venv")
    succeed(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    succeed(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ROOT, timeout=LIMIT)
    return python


def test_the_installed_package_brings_the_header_of_bpf_programs(python: pathlib.Path, tmp_path: pathlib.Path) -> None:
    folder = succeed(python, "-c", "import aiobpf; print(aiobpf.get_include())", cwd=tmp_path).strip()
    assert folder.startswith(str(python.parents[1]))
    assert pathlib.Path(folder, "aiobpf.bpf.h").read_bytes() == (ROOT / "bpf" / "aiobpf.bpf.h").read_bytes()


def test_the_installed_package_reads_a_ring(python: pathlib.Path, tmp_path: pathlib.Path) -> None:
    succeed(python, "-c", PROGRAM, cwd=tmp_path)


COMPILED = """
from aiobpf import bpf
from aiobpf.bpf import u64

total = bpf.Global(u64)


@bpf.program("syscall")
def count() -> None:
    total.value += 1
"""


def test_the_installed_package_compiles_a_program(python: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (tmp_path / "counter.py").write_text(COMPILED)
    os.environ["AIOBPF_CACHE_DIR"] = str(tmp_path / "cache")
    succeed(python, "-m", "aiobpf.compile", "counter.py", "-o", "counter.bpf.o", cwd=tmp_path)
    shown = succeed(python, "-c", "import aiobpf; print(aiobpf.open('counter.bpf.o').program_names())", cwd=tmp_path)
    assert shown == "['count']\n"
