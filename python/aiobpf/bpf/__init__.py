"""What BPF programs in Python are written with.

    from aiobpf import bpf
    from aiobpf.bpf import char, u32

    @bpf.struct
    class Exec:
        pid: u32
        comm: char[16]

    events = bpf.RingBuf(1 << 20)

    @bpf.program("tracepoint/sched/sched_process_exec")
    def on_exec() -> None:
        events.submit(Exec(pid=bpf.pid(), comm=bpf.comm()))

`aiobpf.compile(on_exec)` makes an object of it. docs/python-bpf.md is the manual. Kernel types and kfuncs are in
aiobpf.bpf.kernel, all of the kernel's helpers in aiobpf.bpf.helpers, by their own names.
"""

from __future__ import annotations

from typing import Any

from aiobpf.bpf import _intrinsics, _types
from aiobpf.bpf._declarations import Const, Global, bits, function, program, ptr
from aiobpf.bpf._maps import (
    Array,
    ArrayOfMaps,
    BloomFilter,
    CgroupStorage,
    CpuMap,
    DevMap,
    DevMapHash,
    HashMap,
    HashOfMaps,
    InodeStorage,
    LpmTrie,
    LruHashMap,
    LruPercpuHashMap,
    Map,
    PercpuArray,
    PercpuHashMap,
    PerfEventArray,
    ProgArray,
    Queue,
    RingBuf,
    SkStorage,
    SockHash,
    SockMap,
    Stack,
    StackTrace,
    TaskStorage,
    UserRingBuf,
    XskMap,
)
from aiobpf.bpf._structs import struct, union

# To type checkers these are Any, so that `char[16]` is an annotation that they accept.
u8: Any = _types.u8
u16: Any = _types.u16
u32: Any = _types.u32
u64: Any = _types.u64
i8: Any = _types.i8
i16: Any = _types.i16
i32: Any = _types.i32
i64: Any = _types.i64
char: Any = _types.char
void: Any = _types.void
#: Members of map values that the kernel keeps: `with value.lock:`, helpers.timer_init(value.timer, ...).
spin_lock: Any = _types.Opaque("bpf_spin_lock", 4, 4)
timer: Any = _types.Opaque("bpf_timer", 16, 8)


def __getattr__(name: str) -> Any:
    if (found := _intrinsics.TABLE.get(name)) is not None:
        return found
    raise AttributeError(f"module 'aiobpf.bpf' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_intrinsics.TABLE})


__all__ = [
    "Array", "ArrayOfMaps", "bits", "BloomFilter", "CgroupStorage", "char", "Const", "CpuMap", "DevMap",
    "DevMapHash", "function", "Global", "HashMap", "HashOfMaps", "i16", "i32", "i64", "i8", "InodeStorage",
    "LpmTrie", "LruHashMap", "LruPercpuHashMap", "Map", "PercpuArray", "PercpuHashMap", "PerfEventArray",
    "ProgArray", "program", "ptr", "Queue", "RingBuf", "SkStorage", "SockHash", "SockMap", "spin_lock", "Stack",
    "StackTrace", "struct", "TaskStorage", "timer", "u16", "u32", "u64", "u8", "union", "UserRingBuf", "void",
    "XskMap",
]  # fmt: skip
