"""pylibbpf's API, both of its versions: objects, programs and maps of what was compiled.

    from aiobpf.compat.pylibbpf import *

Keys and values are what they were declared as: integers with their sign, instances of structs, bytes otherwise. A
missing key is None by lookup(), a KeyError by m[key].
"""

from __future__ import annotations

from typing import Any

from aiobpf._errors import BpfError, BpfUnsupportedError
from aiobpf.compat.pylibbpf._map import BpfMap
from aiobpf.compat.pylibbpf._object import BpfObject, BpfProgram
from aiobpf.compat.pylibbpf._structs import StructParser, convert_structs_to_ctypes, is_pythonbpf_structs

BpfException = BpfError


class PerfEventArray:
    """Perf buffers are not read yet; rings are, by `async for`: BpfRingBuffer(obj.maps["events"], Event)."""

    def __init__(self, *_arguments: Any, **_named: Any) -> None:
        raise BpfUnsupportedError(
            "perf buffers are not read here: declare a RingBuffer, and read it with BpfRingBuffer"
        )


__all__ = [
    "BpfException",
    "BpfMap",
    "BpfObject",
    "BpfProgram",
    "PerfEventArray",
    "StructParser",
    "convert_structs_to_ctypes",
    "is_pythonbpf_structs",
]
