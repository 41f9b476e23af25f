"""The exceptions: aiobpf's own."""

from aiobpf import (
    BPFAttachError,
    BPFError,
    BPFLoadError,
    BPFMapError,
    BPFNotFoundError,
    BPFPermissionError,
    BPFSyscallError,
    BPFVerifierError,
)

__all__ = [
    "BPFAttachError",
    "BPFError",
    "BPFLoadError",
    "BPFMapError",
    "BPFNotFoundError",
    "BPFPermissionError",
    "BPFSyscallError",
    "BPFVerifierError",
]
