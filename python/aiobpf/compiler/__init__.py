"""The compiler of BPF programs that are written in Python. docs/python-bpf.md is its manual.

    file = aiobpf.compile(programs)                # a BpfObjectFile, not yet loaded
    print(aiobpf.compiler.to_c(programs))          # the C it becomes

    python -m aiobpf.compile programs.py -o programs.bpf.o --emit c

Stages: frontend (syntax) -> scope, ..., statements (names, types, IR) -> emit_c -> clang.
"""

from __future__ import annotations

from aiobpf.compiler.build import to_c, to_object
from aiobpf.compiler.errors import CompileError, CompilerMissingError
from aiobpf.compiler.explain import explain
from aiobpf.compiler.object import CompiledFile, compile

__all__ = ["CompileError", "CompiledFile", "CompilerMissingError", "compile", "explain", "to_c", "to_object"]
