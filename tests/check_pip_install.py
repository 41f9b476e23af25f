"""`pip install .` in a fresh virtual environment gives a package that works.

    pip_install.py <source folder> <scratch folder>

Prints "cases: N passed, N failed, N skipped".
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

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
    print(aiobpf.__version__)

asyncio.run(main())
"""


def main() -> int:
    source, scratch = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    shutil.rmtree(scratch, ignore_errors=True)
    subprocess.run(["/usr/bin/python3", "-m", "venv", scratch], check=True)
    python = scratch / "bin" / "python"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["CMAKE_CXX_COMPILER_LAUNCHER"] = "ccache"
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", source]
    passed = (
        subprocess.run(install, env=environment).returncode == 0
        and subprocess.run([python, "-c", PROGRAM], env=environment, cwd=scratch).returncode == 0
    )
    shutil.rmtree(scratch)
    print(f"cases: {int(passed)} passed, {int(not passed)} failed, 0 skipped")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
