"""aiobpf streams events out of the Linux kernel into asyncio.

import aiobpf

with aiobpf.load("exec.bpf.o") as obj:
    obj.program("on_exec").attach()
    async with aiobpf.BpfRingBuffer(obj.maps["events"], event_type="exec_event") as rb:
        async for event in rb:
            print(event.pid, event.comm)
"""

import importlib
from typing import TYPE_CHECKING, Any

from aiobpf._aiobpf import Batch
from aiobpf._aiobpf import version as __version__
from aiobpf._btf import Btf
from aiobpf._environment import libbpf_version
from aiobpf._errors import (
    BpfAttachError,
    BpfBusyError,
    BpfClosedError,
    BpfError,
    BpfExpressionError,
    BpfFileError,
    BpfFileNotFoundError,
    BpfFilePermissionError,
    BpfIsADirectoryError,
    BpfLoadError,
    BpfMapError,
    BpfNotADirectoryError,
    BpfNotFoundError,
    BpfPermissionError,
    BpfSyscallError,
    BpfUnsupportedError,
    BpfVerifierError,
    BtfValidationError,
)
from aiobpf._include import get_include
from aiobpf._ledger import Ledger
from aiobpf._link import BpfLink, open_pinned_link
from aiobpf._map import BpfMap
from aiobpf._map_types import BPF_ANY, BPF_EXIST, BPF_F_LOCK, BPF_NOEXIST, BpfMapType, MapInfo
from aiobpf._maps import create_map, open_map_by_id, open_pinned_map, possible_cpus
from aiobpf._memory_ring import MemoryRing
from aiobpf._object import BpfObject
from aiobpf._object_file import BpfObjectFile, load, missing_requirements, open
from aiobpf._polling import Polling
from aiobpf._probe import Probe
from aiobpf._program import BpfProgram
from aiobpf._program_info import LinkInfo, ProgramInfo, RunResult, run_statistics
from aiobpf._program_types import BpfProgType
from aiobpf._record import BpfRecord
from aiobpf._variables import Variables

if TYPE_CHECKING:
    from aiobpf._count import Counts, Histogram, Histograms, Summaries, Summary, count, hist, summarize
    from aiobpf._on import Handler, on, run
    from aiobpf._perf_buffer import BpfPerfBuffer
    from aiobpf._ring_buffer import BpfRingBuffer, RingBufferEvent
    from aiobpf._stream import EventType, Stream
    from aiobpf._trace import Trace, trace
    from aiobpf._user_ring import BpfUserRing, UserRecord
    from aiobpf.compiler import CompileError, CompilerMissingError, compile


_LATE = {
    # asyncio and the compiler take longer to import than all the rest: each is when its names are used.
    "aiobpf._ring_buffer": ("BpfRingBuffer", "RingBufferEvent"),
    "aiobpf._perf_buffer": ("BpfPerfBuffer",),
    "aiobpf._stream": ("EventType", "Stream"),
    "aiobpf._user_ring": ("BpfUserRing", "UserRecord"),
    "aiobpf._trace": ("Trace", "trace"),
    "aiobpf._count": (
        *("count", "Counts", "summarize", "Summaries", "Summary"),
        *("hist", "Histograms", "Histogram"),
    ),
    "aiobpf._on": ("Handler", "on", "run"),
    "aiobpf.compiler": ("compile", "CompileError", "CompilerMissingError"),
}


def __getattr__(name: str) -> Any:
    for module, names in _LATE.items():
        if name in names:
            found = globals()[name] = getattr(importlib.import_module(module), name)
            return found
    raise AttributeError(f"module 'aiobpf' has no attribute {name!r}")


# The names of programs that were written for tinybpf and pybpfmap.
BPFRecord = BpfRecord
BPFError = BpfError
BPFLoadError = BpfLoadError
BPFVerifierError = BpfVerifierError
BPFAttachError = BpfAttachError
BPFMapError = BpfMapError
BPFNotFoundError = BpfNotFoundError
BPFPermissionError = BpfPermissionError
BPFSyscallError = BpfSyscallError

__all__ = [
    "__version__",
    # objects
    "open",
    "load",
    "compile",
    "missing_requirements",
    "libbpf_version",
    "get_include",
    "BpfObjectFile",
    "BpfObject",
    "BpfProgram",
    "BpfLink",
    "open_pinned_link",
    "LinkInfo",
    "ProgramInfo",
    "BpfProgType",
    "RunResult",
    "run_statistics",
    "BpfMap",
    # maps
    "BpfMapType",
    "MapInfo",
    "create_map",
    "open_pinned_map",
    "open_map_by_id",
    "possible_cpus",
    "Variables",
    "BpfUserRing",
    # types
    "Btf",
    "BpfRecord",
    "BPFRecord",
    "BPF_ANY",
    "BPF_NOEXIST",
    "BPF_EXIST",
    "BPF_F_LOCK",
    # events
    "Stream",
    "BpfRingBuffer",
    "RingBufferEvent",
    "BpfPerfBuffer",
    "UserRecord",
    "MemoryRing",
    "Polling",
    "Batch",
    "EventType",
    "Ledger",
    # probes
    "trace",
    "Trace",
    "Probe",
    "on",
    "run",
    "Handler",
    "count",
    "Counts",
    "summarize",
    "Summaries",
    "Summary",
    "hist",
    "Histograms",
    "Histogram",
    # errors
    "BpfError",
    "BpfLoadError",
    "BpfFileError",
    "BpfFileNotFoundError",
    "BpfIsADirectoryError",
    "BpfNotADirectoryError",
    "BpfFilePermissionError",
    "BpfVerifierError",
    "CompileError",
    "CompilerMissingError",
    "BpfAttachError",
    "BpfMapError",
    "BpfNotFoundError",
    "BpfPermissionError",
    "BpfSyscallError",
    "BtfValidationError",
    "BpfExpressionError",
    "BpfClosedError",
    "BpfBusyError",
    "BpfUnsupportedError",
    "BPFError",
    "BPFLoadError",
    "BPFVerifierError",
    "BPFAttachError",
    "BPFMapError",
    "BPFNotFoundError",
    "BPFPermissionError",
    "BPFSyscallError",
]
