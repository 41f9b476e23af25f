"""aiobpf streams events out of the Linux kernel into asyncio.

import aiobpf

with aiobpf.load("exec.bpf.o") as obj:
    obj.program("on_exec").attach()
    async with aiobpf.BpfRingBuffer(obj.maps["events"], event_type="exec_event") as rb:
        async for event in rb:
            print(event.pid, event.comm)
"""

from typing import TYPE_CHECKING, Any

from aiobpf._aiobpf import Batch
from aiobpf._aiobpf import version as __version__
from aiobpf._errors import (
    BpfAttachError,
    BpfBusyError,
    BpfClosedError,
    BpfError,
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
from aiobpf._link import BpfLink
from aiobpf._map import BpfMap
from aiobpf._object import BpfObject
from aiobpf._object_file import BpfObjectFile, load, missing_requirements, open
from aiobpf._program import BpfProgram
from aiobpf._ring_buffer import BpfRingBuffer, EventType, MemoryRing

if TYPE_CHECKING:
    from aiobpf.compiler import CompileError, CompilerMissingError, compile


def __getattr__(name: str) -> Any:
    # The compiler is imported when it is used: most programs load what was compiled before.
    if name in ("compile", "CompileError", "CompilerMissingError"):
        import aiobpf.compiler

        return getattr(aiobpf.compiler, name)
    raise AttributeError(f"module 'aiobpf' has no attribute {name!r}")


# The names that programs written for tinybpf catch.
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
    "get_include",
    "BpfObjectFile",
    "BpfObject",
    "BpfProgram",
    "BpfLink",
    "BpfMap",
    # events
    "BpfRingBuffer",
    "MemoryRing",
    "Batch",
    "EventType",
    "Ledger",
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
