"""BPF programs that are written in C: from a source to its object."""

from __future__ import annotations

import linecache
import os
import pathlib
import re
import subprocess
import sysconfig
from collections.abc import Sequence

import aiobpf
from aiobpf.compiler import cache, clang, vmlinux
from aiobpf.compiler.btf import KERNEL_BTF
from aiobpf.compiler.errors import CompileError, Where

_OBJECT = ".bpf.o"
_INCLUDES_VMLINUX = re.compile(r'^\s*#\s*include\s*["<]vmlinux\.h[">]', re.MULTILINE)
_MISSING_HEADER = re.compile(r"'([^']*)' file not found")


def is_c_source(given: object) -> bool:
    """Whether it is the path of a C source, and not a program, a module or a module's name."""
    return isinstance(given, str | os.PathLike) and os.fspath(given).endswith(".c")


def object_name(source: pathlib.Path) -> str:
    """exec.bpf.c, exec.c and exec.py become exec.bpf.o."""
    return source.stem.removesuffix(".bpf") + _OBJECT


def object_path(source: pathlib.Path, output: str | os.PathLike[str] | None) -> pathlib.Path:
    """Where the object of a source is written: beside it, in a folder (one that is there, or ends in "/"), or at
    a path."""
    if output is None:
        return source.with_name(object_name(source))
    there = pathlib.Path(output)
    if os.fspath(output).endswith("/") or there.is_dir():
        return there / object_name(source)
    return there


def cached_path(source: pathlib.Path, options: Sequence[str]) -> pathlib.Path:
    """Where an object is that nobody named: one for each source and its options."""
    return cache.folder() / cache.key_of("c", str(source.resolve()), *options) / object_name(source)


def compile_source(
    source: pathlib.Path,
    to: pathlib.Path,
    *,
    options: Sequence[str] = (),
    header: pathlib.Path | None = None,
    compiler: str | None = None,
) -> str:
    """Compiles; returns what clang warned of. header: a vmlinux.h instead of the running kernel's.

    Raises CompileError with all that clang said as its note, CompilerMissingError, BpfError (there is no vmlinux.h),
    OSError (the source cannot be read, or the object not be written).
    """
    text = source.read_text(errors="replace")
    to.parent.mkdir(parents=True, exist_ok=True)
    unfinished = cache.unfinished_name(to)
    command = [*_command(compiler), *_header_options(text, header), *options]
    done = subprocess.run(
        [*command, "-c", str(source), "-o", str(unfinished)], capture_output=True, check=False, text=True
    )
    if done.returncode != 0 or not unfinished.is_file():
        unfinished.unlink(missing_ok=True)
        raise _error_of(done.stderr)
    os.replace(unfinished, to)
    return done.stderr


def _command(compiler: str | None) -> list[str]:
    """clang and its options, without the files. The headers of <linux/...> are the system's."""
    multiarch = sysconfig.get_config_var("MULTIARCH") or f"{os.uname().machine}-linux-gnu"
    return [
        *clang.find(compiler), "-g", "-O2", "-Wall", "-std=gnu11", f"-D__TARGET_ARCH_{clang.architecture()}",
        f"-I{aiobpf.get_include()}", "-idirafter", "/usr/include", "-idirafter", f"/usr/include/{multiarch}",
    ]  # fmt: skip


def _header_options(text: str, header: pathlib.Path | None) -> list[str]:
    """Where vmlinux.h is: behind the folders that a source's own come from. Its own headers may include it, too, so
    only a kernel without BTF can do without."""
    if header is not None:
        if header.name != "vmlinux.h" or not header.is_file():
            raise FileNotFoundError(f"{header}: vmlinux is the path of a file that is called vmlinux.h")
        return ["-idirafter", str(header.parent)]
    if KERNEL_BTF.exists() or _INCLUDES_VMLINUX.search(text):
        return ["-idirafter", str(vmlinux.header_folder())]
    return []


def _error_of(said: str) -> CompileError:
    """clang's first error, where it is; all that it said is the note."""
    match = clang.MESSAGE.search(said)
    if match is None:
        return CompileError(f"clang failed: {said.strip()[-2000:]}")
    file, line, column, message = match[1], int(match[2]), int(match[3]), match[4]
    text = linecache.getline(file, line).rstrip("\n")
    error = CompileError(message, Where(file, line, column - 1, column, text), _hint(message))
    error.add_note(said.strip())
    return error


def _hint(message: str) -> str | None:
    missing = _MISSING_HEADER.search(message)
    if missing is None:
        return None
    if missing[1].startswith(("linux/", "asm/")):
        return 'apt-get install linux-libc-dev, or include "vmlinux.h" instead, which is made from the kernel\'s BTF'
    return f"name the folder of {missing[1]}: options=['-I...'], or -I on the command line"
