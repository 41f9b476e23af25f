"""Its maps."""

from __future__ import annotations

import enum
from typing import Any

from aiobpf.bpf import _maps
from aiobpf.bpf._maps import HashMap


class ArrayMap(_maps.Array):
    """Values by index. delete() fails, as the kernel says."""

    methods = (*_maps.Array.methods, "delete")

    def __init__(self, key: Any, value: Any, max_entries: int) -> None:
        super().__init__(value, max_entries)


class PerfEventArray(_maps.PerfEventArray):
    """A perf buffer for each CPU."""

    def __init__(self, key_size: Any = None, value_size: Any = None) -> None:
        super().__init__()


class RingBuffer(_maps.RingBuf):
    """A ring of max_entries bytes."""

    def __init__(self, max_entries: int) -> None:
        super().__init__(max_entries)


RingBuf = RingBuffer


class BPFMapType(enum.IntEnum):
    """The kernel's types of maps."""

    UNSPEC = 0
    HASH = 1
    ARRAY = 2
    PROG_ARRAY = 3
    PERF_EVENT_ARRAY = 4
    PERCPU_HASH = 5
    PERCPU_ARRAY = 6
    STACK_TRACE = 7
    CGROUP_ARRAY = 8
    LRU_HASH = 9
    LRU_PERCPU_HASH = 10
    LPM_TRIE = 11
    ARRAY_OF_MAPS = 12
    HASH_OF_MAPS = 13
    DEVMAP = 14
    SOCKMAP = 15
    CPUMAP = 16
    XSKMAP = 17
    SOCKHASH = 18
    CGROUP_STORAGE = 19
    REUSEPORT_SOCKARRAY = 20
    PERCPU_CGROUP_STORAGE = 21
    QUEUE = 22
    STACK = 23
    SK_STORAGE = 24
    DEVMAP_HASH = 25
    STRUCT_OPS = 26
    RINGBUF = 27
    INODE_STORAGE = 28
    TASK_STORAGE = 29
    BLOOM_FILTER = 30
    USER_RINGBUF = 31
    CGRP_STORAGE = 32


__all__ = ["ArrayMap", "BPFMapType", "HashMap", "PerfEventArray", "RingBuf", "RingBuffer"]
