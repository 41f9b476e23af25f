"""What tests of attaching need: objects that count, what this kernel has, and mounts."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pathlib
import platform
from collections.abc import Callable, Iterator

import aiobpf
import pytest

Attach = Callable[[], aiobpf.BpfLink]


def load_only(path: pathlib.Path, *programs: str, **rodata: int) -> aiobpf.BpfObject:
    """A test object with counts.bpf.h of which only these programs are loaded; this thread is watched."""
    file = aiobpf.open(path)
    for program in programs:
        file.set_autoload(program, True)
    for name, value in rodata.items():
        file.set_rodata(name, value)
    obj = file.load()
    obj.program("watch_me").run()
    return obj


def counted(obj: aiobpf.BpfObject, place: int) -> int:
    value = obj.maps["counts"][place.to_bytes(4, "little")]
    assert isinstance(value, bytes)
    return int.from_bytes(value, "little")


def call_getppid(times: int) -> None:
    for _ in range(times):
        os.getppid()


def function_of_call(name: str) -> str:
    return f"__{'x64' if platform.machine() == 'x86_64' else 'arm64'}_sys_{name}"


# What this kernel has, found without the library: where it has it, a test proves that events arrive; where not, that
# the error names what is missing.


def is_kernels_symbol(name: str) -> bool:
    with open("/proc/kallsyms") as symbols:
        return any(line.split()[2] == name for line in symbols)


def has_kprobes() -> bool:
    return os.path.exists("/sys/bus/event_source/devices/kprobe")


def has_fprobes() -> bool:
    return is_kernels_symbol("register_fprobe")


def has_uprobe_multi() -> bool:
    return is_kernels_symbol("bpf_uprobe_multi_link_attach")


def check_arrives(
    kernel_has_it: bool, missing: str, obj: aiobpf.BpfObject, place: int, attach: Attach, event: Callable[[], object]
) -> None:
    """Events are counted while it is attached, and none later; or the error says what this kernel is missing."""
    if not kernel_has_it:
        with pytest.raises(aiobpf.BpfUnsupportedError, match=missing):
            attach()
        return
    with attach() as link:
        for _ in range(10):
            event()
        assert link.is_attached
    event()
    assert counted(obj, place) == 10


class Probed:
    """libprobed.so, called by ctypes."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.path = folder / "libprobed.so"
        library = ctypes.CDLL(str(self.path))
        self.first: Callable[[int], int] = library.probed_first
        self.second: Callable[[int], int] = library.probed_second
        self.usdt: Callable[[int], int] = library.probed_usdt


_libc = ctypes.CDLL(None, use_errno=True)


def mount(kind: str, place: str) -> None:
    if _libc.mount(kind.encode(), place.encode(), kind.encode(), 0, None) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), place)


def unmount(place: str) -> None:
    _libc.umount2(place.encode(), 2)  # MNT_DETACH


@contextlib.contextmanager
def mounted(kind: str, place: str, sign: str) -> Iterator[None]:
    """`kind` is mounted on `place`, which then has the entry `sign`."""
    if os.path.exists(os.path.join(place, sign)):
        yield
        return
    mount(kind, place)
    try:
        yield
    finally:
        unmount(place)
