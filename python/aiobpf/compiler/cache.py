"""Files that the compiler keeps, so that the second time is fast."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pathlib
import threading


def folder() -> pathlib.Path:
    """Where they are: AIOBPF_CACHE_DIR, else `aiobpf` in XDG_CACHE_HOME or ~/.cache. All of it may be deleted."""
    if given := os.environ.get("AIOBPF_CACHE_DIR"):
        return pathlib.Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "aiobpf"


def key_of(*parts: str) -> str:
    """A name for a content."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def unfinished_name(path: pathlib.Path) -> pathlib.Path:
    """Where a thread writes what will be at that path."""
    return path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")


def write_atomically(path: pathlib.Path, content: bytes) -> None:
    """Writes all of it or nothing; without a cache that can be written, nothing is kept."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = unfinished_name(path)
        unfinished.write_bytes(content)
        os.replace(unfinished, path)
