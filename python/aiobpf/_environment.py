"""What this process runs on."""

from __future__ import annotations

from aiobpf import _aiobpf


def libbpf_version() -> str:
    """The version of the libbpf that this process runs: `aiobpf.libbpf_version()` is "1.1" or newer.

    It may be newer than the one that aiobpf was compiled against.
    """
    return _aiobpf.libbpf_version()
