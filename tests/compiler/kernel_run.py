"""BPF_PROG_TEST_RUN, for the kinds of programs that take a packet or nothing."""

from __future__ import annotations

import ctypes
import os
import platform

import aiobpf
from aiobpf import bpf
from aiobpf.bpf import u32, u64

_BPF = {"x86_64": 321, "aarch64": 280}[platform.machine()]
_PROG_TEST_RUN = 10
_libc = ctypes.CDLL(None, use_errno=True)


@bpf.struct
class _TestRun:
    prog_fd: u32
    retval: u32
    data_size_in: u32
    data_size_out: u32
    data_in: u64
    data_out: u64
    repeat: u32
    duration: u32
    ctx_size_in: u32
    ctx_size_out: u32
    ctx_in: u64
    ctx_out: u64
    flags: u32
    cpu: u32
    batch_size: u32


def packet_run(program: aiobpf.BpfProgram, packet: bytes) -> tuple[int, bytes]:
    """Gives a packet to a program; what it returned, and the packet afterwards."""
    into = ctypes.create_string_buffer(packet, len(packet))
    out = ctypes.create_string_buffer(len(packet) + 256)
    arguments = _TestRun(
        prog_fd=program.fd, data_size_in=len(packet), data_size_out=len(out), data_in=ctypes.addressof(into),
        data_out=ctypes.addressof(out),
    )  # fmt: skip
    _call(arguments)
    return arguments.retval, out.raw[: arguments.data_size_out]


def plain_run(program: aiobpf.BpfProgram) -> int:
    """Runs a program that takes nothing."""
    arguments = _TestRun(prog_fd=program.fd)
    _call(arguments)
    return int(arguments.retval)


def _call(arguments: ctypes.Structure) -> None:
    if _libc.syscall(_BPF, _PROG_TEST_RUN, ctypes.byref(arguments), ctypes.sizeof(arguments)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
