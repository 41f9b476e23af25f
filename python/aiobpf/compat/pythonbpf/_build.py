"""Compiling the module of the caller."""

from __future__ import annotations

import logging
import os
import pathlib
import shutil
import subprocess
import sys
from types import FrameType, ModuleType

from aiobpf.compat import pylibbpf
from aiobpf.compiler import clang
from aiobpf.compiler.build import to_c, to_object


def _module_of(frame: FrameType) -> ModuleType:
    """What the caller has defined so far, its locals too."""
    module = ModuleType(frame.f_globals.get("__name__", "program"))
    module.__dict__.update({**frame.f_globals, **frame.f_locals})
    if module.__name__ == "__main__":
        module.__name__ = pathlib.Path(frame.f_code.co_filename).stem.strip("<>") or "program"
    return module


def BPF(loglevel: int = logging.WARNING) -> pylibbpf.BpfObject:
    """Compiles the programs of the module that calls it.

    b = BPF()
    b.load_and_attach()

    Raises CompileError.
    """
    module = _module_of(sys._getframe(1))
    return pylibbpf.BpfObject(str(to_object(module)), declared=vars(module))


def compile(loglevel: int = logging.WARNING) -> bool:
    """Compiles the module that calls it to NAME.o, beside its file. Raises CompileError."""
    frame = sys._getframe(1)
    target = pathlib.Path(frame.f_code.co_filename).with_suffix(".o")
    shutil.copyfile(to_object(_module_of(frame)), target)
    return True


def compile_to_ir(filename: str, output: str, loglevel: int = logging.WARNING) -> str:
    """Writes the LLVM IR of a file's programs; returns `output`. Raises CompileError."""
    from aiobpf.compiler.load_module import load_module

    source = to_c(load_module(pathlib.Path(filename)))
    done = subprocess.run(
        [*clang.command(), "-S", "-emit-llvm", "-x", "c", "-", "-o", os.fspath(output)],
        input=source.encode(),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        raise clang.error_of(done.stderr.decode(errors="replace"))
    return output
