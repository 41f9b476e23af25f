"""The API of tinybpf 0.3: a program of it runs when only its import changes.

    from aiobpf.compat import tinybpf

    with tinybpf.load("program.bpf.o") as obj: ...

Beside that API: what aiobpf's own programs, links and maps can. Nothing is loaded at run time, so init() has nothing
to choose; links are kept by their object.
"""

from aiobpf import BPF_ANY, BPF_EXIST, BPF_NOEXIST, BpfError, BpfLink, BpfMapType, BpfProgram, BpfProgType
from aiobpf import BtfValidationError as BtfValidationError
from aiobpf import MapInfo as MapInfo
from aiobpf import RingBufferEvent as RingBufferEvent
from aiobpf import __version__ as __version__
from aiobpf import libbpf_version as libbpf_version
from aiobpf.compat.tinybpf._buffers import BpfPerfBuffer, BpfRingBuffer
from aiobpf.compat.tinybpf._library import init, version
from aiobpf.compat.tinybpf._map import BpfMap, open_pinned_map
from aiobpf.compat.tinybpf._object import BpfObject, MapCollection, ProgramCollection, ProgramInfo, load
from aiobpf.compat.tinybpf._types import BtfField, BtfKind, BtfType

__all__ = [
    "BPF_ANY",
    "BPF_EXIST",
    "BPF_NOEXIST",
    "BpfError",
    "BpfLink",
    "BpfMap",
    "BpfMapType",
    "BpfObject",
    "BpfPerfBuffer",
    "BpfProgType",
    "BpfProgram",
    "BpfRingBuffer",
    "BtfField",
    "BtfKind",
    "BtfType",
    "BtfValidationError",
    "MapCollection",
    "MapInfo",
    "ProgramCollection",
    "ProgramInfo",
    "RingBufferEvent",
    "init",
    "libbpf_version",
    "load",
    "open_pinned_map",
    "version",
]
