"""What tinybpf says of the libbpf that it loads; aiobpf's is a part of it."""

from __future__ import annotations

from aiobpf import BpfUnsupportedError, __version__


def init(libbpf_path: str | None = None) -> None:
    """Nothing is to be loaded. Raises BpfUnsupportedError when a path is given.

    tinybpf.init()
    """
    if libbpf_path is not None:
        raise BpfUnsupportedError(f"aiobpf is linked with its libbpf: leave the path out ({libbpf_path})")


def version() -> str:
    """aiobpf's version.

    print(tinybpf.version())
    """
    return __version__
