"""Python-BPF's API: a program that was written for it runs with `aiobpf.compat.` before its imports.

    from aiobpf.compat.pythonbpf import BPF, bpf, bpfglobal, map, section
    from aiobpf.compat.pythonbpf.helper import pid
    from aiobpf.compat.pythonbpf.maps import HashMap

The language is that of aiobpf.compiler, with what Python-BPF does differently: a looked up value is used and tested as
if it were the value, `/` and `//` round towards zero, kernel types are called to cast. What Python-BPF drops or
compiles wrongly in silence is right here, or a CompileError. pid() is the process's id, as its documents say.
"""

from __future__ import annotations

from aiobpf.compat.pythonbpf._build import BPF, compile, compile_to_ir
from aiobpf.compat.pythonbpf._decorators import bpf, bpfglobal, map, section, struct
from aiobpf.compat.pythonbpf._trace import trace_fields, trace_pipe

__all__ = [
    "BPF",
    "bpf",
    "bpfglobal",
    "compile",
    "compile_to_ir",
    "map",
    "section",
    "struct",
    "trace_fields",
    "trace_pipe",
]
