"""Finds a clang that compiles for BPF, and runs it."""

from __future__ import annotations

import functools
import importlib.util
import linecache
import os
import pathlib
import platform
import re
import shutil
import sys

import aiobpf
from aiobpf.compiler import cache
from aiobpf.compiler.errors import CompileError, CompilerMissingError, Where

_NAMES = ["clang", *(f"clang-{version}" for version in range(30, 10, -1))]
_INCLUDE = pathlib.Path(__file__).parent / "include"
MESSAGE = re.compile(r"^(.*?):(\d+):(\d+): (?:fatal )?error: (.*)$", re.MULTILINE)


@functools.lru_cache(maxsize=8)
def find(wanted: str | None = None) -> tuple[str, ...]:
    """The command: AIOBPF_CLANG, else a clang in PATH, else that of the ziglang wheel. Raises CompilerMissingError."""
    given = wanted or os.environ.get("AIOBPF_CLANG")
    for name in [given] if given and given != "ziglang" else [] if given else _NAMES:
        if (path := shutil.which(name)) is not None:
            return (path, "-target", "bpf")
    if given in (None, "ziglang") and importlib.util.find_spec("ziglang"):
        return (
            sys.executable,
            "-m",
            "ziglang",
            "cc",
            "-target",
            "bpfel-freestanding-none",
            "-fno-asynchronous-unwind-tables",
        )
    raise CompilerMissingError(
        (f"{given} is not a clang" if given else "there is no clang to compile for BPF")
        + ": apt-get install clang, or pip install aiobpf[compiler]"
    )


def architecture() -> str:
    """As __TARGET_ARCH_* of <bpf/bpf_tracing.h> names it."""
    return {"x86_64": "x86", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def command(compiler: str | None = None) -> list[str]:
    """clang and its options, without the files."""
    return [
        *find(compiler), "-g", "-O2", "-mcpu=v3", "-std=gnu11", "-w", "-Wno-incompatible-pointer-types",
        "-fwrapv", "-fno-strict-aliasing",
        "-fno-finite-loops",
        # Sums of loops in closed form need multiplications of 128 bits, which BPF does not have.
        "-mllvm", "-replexitval=never",
        f"-D__TARGET_ARCH_{architecture()}", f"-I{_INCLUDE}", f"-I{aiobpf.get_include()}",
    ]  # fmt: skip


@functools.lru_cache(maxsize=1)
def headers() -> str:
    """What the C includes."""
    paths = [_INCLUDE / "aiobpf_python.h", pathlib.Path(aiobpf.get_include(), "aiobpf.bpf.h")]
    return "".join(path.read_text() for path in paths)


#: What clang says that has a reason in the Python, what to say of it, and what to change.
_KNOWN = (
    (
        "BPF stack limit",
        "its variables take more than the 512 bytes that a program's stack has",
        "keep large ones in a PercpuArray, or in a bpf.Global",
    ),
    (
        "as in BTF",
        "a struct of the kernel is used as a whole whose layout plain C does not repeat",
        "use a reference to it, and its members",
    ),
)


def compile_c(source: str, to: pathlib.Path, compiler: str | None = None) -> None:
    """Compiles C to an object. Raises CompileError: where a line of Python became C that clang refuses."""
    import subprocess  # what is in the cache already is not compiled, and does without

    to.parent.mkdir(parents=True, exist_ok=True)
    unfinished = cache.unfinished_name(to)
    done = subprocess.run(
        [*command(compiler), "-x", "c", "-c", "-", "-o", str(unfinished)],
        input=source.encode(), capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode != 0 or not unfinished.is_file():
        raise error_of(done.stderr.decode(errors="replace"))
    os.replace(unfinished, to)


def error_of(said: str) -> CompileError:
    """clang's first error, at the Python line that #line names."""
    match = MESSAGE.search(said)
    if match is None:
        return CompileError(f"clang failed: {said.strip()[-2000:]}")
    file, line, _, message = match.groups()
    text = _line_of(file, int(line))
    where = Where(file, int(line), 0, len(text), text)
    for known, meaning, hint in _KNOWN:
        if known in message:
            return CompileError(meaning, where, hint)
    error = CompileError(f"clang: {message}", where)
    error.add_note(said.strip())
    return error


def _line_of(file: str, line: int) -> str:
    return linecache.getline(file, line).rstrip("\n")
