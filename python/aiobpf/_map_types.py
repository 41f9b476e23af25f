"""What types of maps there are, and what a map is."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any


class BpfMapType(enum.IntEnum):
    """enum bpf_map_type of <linux/bpf.h>. A number that a newer kernel has is a member without its own name:
    `BpfMapType(99).name == "UNKNOWN_99"`.
    """

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
    ARENA = 33
    INSN_ARRAY = 34

    @classmethod
    def _missing_(cls, value: object) -> BpfMapType | None:
        if not isinstance(value, int) or value < 0:
            return None
        made = int.__new__(cls, value)
        made._name_ = f"UNKNOWN_{value}"
        made._value_ = value
        return made


#: Whose values are maps, programs or sockets: written as a descriptor, read as an id.
VALUES_ARE_DESCRIPTORS = frozenset(
    {
        BpfMapType.PROG_ARRAY,
        BpfMapType.PERF_EVENT_ARRAY,
        BpfMapType.CGROUP_ARRAY,
        BpfMapType.ARRAY_OF_MAPS,
        BpfMapType.HASH_OF_MAPS,
        BpfMapType.SOCKMAP,
        BpfMapType.SOCKHASH,
        BpfMapType.XSKMAP,
        BpfMapType.REUSEPORT_SOCKARRAY,
    }
)
#: Whose values are maps.
VALUES_ARE_MAPS = frozenset({BpfMapType.ARRAY_OF_MAPS, BpfMapType.HASH_OF_MAPS})
#: Whose keys are descriptors: of a socket, an inode, a process (pidfd), a control group.
KEYS_ARE_DESCRIPTORS = frozenset(
    {BpfMapType.SK_STORAGE, BpfMapType.INODE_STORAGE, BpfMapType.TASK_STORAGE, BpfMapType.CGRP_STORAGE}
)

BPF_ANY = 0  #: sets a value, whether its key is there or not
BPF_NOEXIST = 1  #: the key must not be there
BPF_EXIST = 2  #: the key must be there
BPF_F_LOCK = 4  #: under the value's bpf_spin_lock


@dataclasses.dataclass(frozen=True)
class MapInfo:
    """What a map is: `obj.maps["counts"].info`."""

    name: str
    type: BpfMapType
    key_size: int
    value_size: int
    max_entries: int

    @property
    def type_name(self) -> str:
        """As in "HASH"."""
        return self.type.name


def descriptor_of(value: Any) -> int:
    """The descriptor that stands for a map, a program, a socket, a process or a control group.

    An int, or what has fileno() or fd. Raises TypeError.
    """
    if isinstance(value, int):
        return value
    if callable(getattr(value, "fileno", None)):
        return int(value.fileno())
    if isinstance(getattr(value, "fd", None), int):
        return int(value.fd)
    raise TypeError(f"a descriptor (int), or what has fileno() or fd, is needed, not {type(value).__name__}")
