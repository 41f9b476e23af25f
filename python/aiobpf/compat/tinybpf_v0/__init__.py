"""The API of tinybpf 0.1: a program of it runs when only its import changes.

    from aiobpf.compat import tinybpf_v0 as tinybpf

    with tinybpf.load("program.bpf.o") as obj: ...

Attaching and system calls raise the classes that the API names (BPFAttachError, BPFSyscallError), and an error has
libbpf's log.
"""

from aiobpf.compat.tinybpf_v0.enums import MapType, MapUpdateFlags, ProgramType
from aiobpf.compat.tinybpf_v0.exceptions import (
    BPFAttachError,
    BPFError,
    BPFLoadError,
    BPFMapError,
    BPFNotFoundError,
    BPFPermissionError,
    BPFSyscallError,
    BPFVerifierError,
)
from aiobpf.compat.tinybpf_v0.link import BPFLink
from aiobpf.compat.tinybpf_v0.map import BPFMap, BPFMapCollection, MapInfo, TypedBPFMap
from aiobpf.compat.tinybpf_v0.object import BPFObject, load
from aiobpf.compat.tinybpf_v0.program import BPFProgram

__all__ = [
    "BPFAttachError",
    "BPFError",
    "BPFLink",
    "BPFLoadError",
    "BPFMap",
    "BPFMapCollection",
    "BPFMapError",
    "BPFNotFoundError",
    "BPFObject",
    "BPFPermissionError",
    "BPFProgram",
    "BPFSyscallError",
    "BPFVerifierError",
    "MapInfo",
    "MapType",
    "MapUpdateFlags",
    "ProgramType",
    "TypedBPFMap",
    "load",
]
