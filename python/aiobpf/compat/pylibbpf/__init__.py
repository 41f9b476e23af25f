"""pylibbpf's API, both of its versions: objects, programs and maps of what was compiled.

    from aiobpf.compat.pylibbpf import *

Keys and values are what they were declared as: integers with their sign, instances of structs, bytes otherwise. A
missing key is None by lookup(), a KeyError by m[key].
"""

from __future__ import annotations

from aiobpf._errors import BpfError
from aiobpf.compat.pylibbpf._map import BpfMap
from aiobpf.compat.pylibbpf._object import BpfObject, BpfProgram
from aiobpf.compat.pylibbpf._structs import StructParser, convert_structs_to_ctypes, is_pythonbpf_structs

BpfException = BpfError

__all__ = [
    "BpfException",
    "BpfMap",
    "BpfObject",
    "BpfProgram",
    "StructParser",
    "convert_structs_to_ctypes",
    "is_pythonbpf_structs",
]
