"""Counts clones by process, as the README of Python-BPF does; prints a line at the first one that it sees."""

import os

import aiobpf
from aiobpf import bpf
from aiobpf.bpf import u32, u64

hist = bpf.HashMap(u32, u64, 4096)


@bpf.program("tracepoint/syscalls/sys_enter_getppid")
def hello(ctx) -> None:
    hist[bpf.pid()] += 1


with aiobpf.compile(hello).load() as obj:
    obj.program("hello").attach()
    os.getppid()
    (value,) = (value for _, value in obj.maps["hist"].items())
    print(int.from_bytes(value, "little"), flush=True)
