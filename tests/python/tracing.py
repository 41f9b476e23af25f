"""tracefs for tests, and events that they make."""

from __future__ import annotations

import ctypes
import os
import pathlib

import aiobpf
from aiobpf._aiobpf import matching_events

NEW_MOUNTS = 0x00020000  # CLONE_NEWNS
PRIVATE = 1 << 18 | 1 << 14  # MS_PRIVATE | MS_REC

libc = ctypes.CDLL(None, use_errno=True)


def mount_tracefs() -> None:
    """Where no tracefs is mounted, mounts it for this process alone."""
    try:
        matching_events(b"sched:sched_switch")
        return
    except aiobpf.BpfUnsupportedError:
        pass
    assert libc.unshare(NEW_MOUNTS) == 0, os.strerror(ctypes.get_errno())
    libc.mount(None, b"/", None, PRIVATE, None)
    assert libc.mount(b"tracefs", b"/sys/kernel/tracing", b"tracefs", 0, None) == 0, os.strerror(ctypes.get_errno())
    assert pathlib.Path("/sys/kernel/tracing/events").is_dir()


def open_missing(path: bytes = b"/nowhere") -> None:
    """One openat() that fails."""
    assert libc.open(path, os.O_RDONLY) == -1
