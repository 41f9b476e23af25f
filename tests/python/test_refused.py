"""System calls that fail while a buffer is made: an error that says what to do, and nothing is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import pathlib
import platform
import resource
import subprocess
import sys
from collections.abc import Iterator

import aiobpf
import pytest
from conftest import open_descriptors

X86 = platform.machine() == "x86_64"
CALLS = {
    "clone3": (435, 435),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "eventfd2": (290, 19),
    "timerfd_create": (283, 85),
}

# Run with the number of a system call and an errno: from then on seccomp answers that call with that errno. A buffer
# is made then; or, with an object's path, its ring is added to a buffer that was made before.
WITH_A_CALL_REFUSED = """
import ctypes, struct, sys
import aiobpf
call, errno, driver = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
ring = aiobpf.MemoryRing(4096)
act = lambda: aiobpf.BpfRingBuffer(ring, driver=driver).close()
if len(sys.argv) > 4:
    obj, rb = aiobpf.load(sys.argv[4]), aiobpf.BpfRingBuffer(ring, driver=driver)
    act = lambda: rb.add(obj.maps["first"])
program = b"".join(struct.pack("<HBBI", *line) for line in (
    (0x20, 0, 0, 0),                    # load the call's number
    (0x15, 0, 1, call),                 # another one?
    (0x06, 0, 0, 0x00050000 | errno),   # SECCOMP_RET_ERRNO
    (0x06, 0, 0, 0x7FFF0000),           # SECCOMP_RET_ALLOW
))
code = ctypes.create_string_buffer(program, len(program))
libc = ctypes.CDLL(None, use_errno=True)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]
assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
assert libc.prctl(22, 2, ctypes.byref(Program(4, ctypes.addressof(code))), 0, 0) == 0  # PR_SET_SECCOMP
try:
    act()
except aiobpf.BpfError as error:
    print(type(error).__name__, error.errno, error)
else:
    print("made")
"""


def outcome_with(call: str, refused_with: int, driver: str, *object_file: str) -> str:
    number = CALLS[call][0 if X86 else 1]
    done = subprocess.run(
        [sys.executable, "-c", WITH_A_CALL_REFUSED, str(number), str(refused_with), driver, *object_file],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("refused_with", "kind", "remedy"),
    [
        (errno.EPERM, "BpfPermissionError", "seccomp"),
        (errno.ENOSYS, "BpfSyscallError", "seccomp"),
        (errno.EMFILE, "BpfSyscallError", "ulimit -n"),
        (errno.ENFILE, "BpfSyscallError", "fs.file-max"),
        (errno.ENOSPC, "BpfSyscallError", "max_user_watches"),
    ],
)
@pytest.mark.parametrize("call", ["epoll_create1", "epoll_ctl", "eventfd2", "timerfd_create"])
def test_a_call_that_is_refused_is_named(driver: str, call: str, refused_with: int, kind: str, remedy: str) -> None:
    said = outcome_with(call, refused_with, driver)
    if call == "eventfd2" and driver == "inline":
        assert said == "made\n"  # needs none
        return
    assert said.startswith(f"{kind} {refused_with} ")
    assert remedy in said


@pytest.mark.kernel
def test_a_kernels_ring_that_cannot_be_watched_is_no_error_of_the_map(driver: str, objects: pathlib.Path) -> None:
    said = outcome_with("epoll_ctl", errno.ENOSPC, driver, str(objects / "emit.bpf.o"))
    assert said.startswith(f"BpfSyscallError {errno.ENOSPC} ")
    assert "max_user_watches" in said


@pytest.mark.parametrize(
    ("refused_with", "kind", "remedy"),
    [(errno.EPERM, "BpfPermissionError", "seccomp"), (errno.EAGAIN, "BpfSyscallError", "ulimit -u")],
)
def test_a_thread_that_cannot_be_started_is_named(refused_with: int, kind: str, remedy: str) -> None:
    said = outcome_with("clone3", refused_with, "thread")
    assert said.startswith(f"{kind} {refused_with} ")
    assert remedy in said
    assert 'driver="inline"' in said


@contextlib.contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """Takes all descriptors that this process may open but `count`."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(open_descriptors()) + 32, before[1]))
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))
        for _ in range(count):
            os.close(taken.pop())
        yield
    finally:
        for fd in taken:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_running_out_of_descriptors_names_the_limit(driver: str) -> None:
    ring = aiobpf.MemoryRing(4096)
    before = open_descriptors()
    refused = 0
    while True:
        try:
            with descriptors_left(refused):
                aiobpf.BpfRingBuffer(ring, driver=driver).close()  # type: ignore[arg-type]
            break
        except aiobpf.BpfSyscallError as error:
            assert error.errno == errno.EMFILE
            assert isinstance(error, OSError)
            assert "ulimit -n" in str(error)
            assert open_descriptors() == before
            refused += 1
    assert 0 < refused < 10
    assert open_descriptors() == before


def test_a_buffer_that_could_not_be_made_leaves_the_ring_to_the_next(driver: str) -> None:
    async def main() -> None:
        ring = aiobpf.MemoryRing(4096)
        ring.emit(b"first")
        with descriptors_left(0), pytest.raises(aiobpf.BpfSyscallError):
            aiobpf.BpfRingBuffer(ring, driver=driver)  # type: ignore[arg-type]
        async with aiobpf.BpfRingBuffer(ring, driver=driver) as rb:  # type: ignore[arg-type]
            assert await anext(aiter(rb)) == b"first"

    asyncio.run(main())
