"""Maps, as they are declared. Their methods are for programs; user space has them in the loaded object, by name."""

from __future__ import annotations

from typing import Any

_IN_KERNEL = "a map's methods run in the kernel; in Python, use the loaded object's: obj.maps[{name!r}]"


class Map:
    """A map. kind: the kernel's name of its type without BPF_MAP_TYPE_. name: else that of the variable.

        counts = bpf.HashMap(u32, u64, 1024)

    pinned: kept in bpffs by its name (LIBBPF_PIN_BY_NAME). flags: BPF_F_... of its creation.
    """

    kind = ""
    methods: tuple[str, ...] = ()

    def __init__(
        self, key: Any, value: Any, max_entries: int, *, name: str | None = None, flags: int = 0, pinned: bool = False
    ) -> None:
        self.key, self.value = key, value
        self.max_entries, self.flags, self.pinned = max_entries, flags, pinned
        self.name = name

    def __getattr__(self, method: str) -> Any:
        if method.startswith("_"):
            raise AttributeError(method)
        raise AttributeError(_IN_KERNEL.format(name=self.name or "name"))

    def __getitem__(self, key: Any) -> Any:
        raise TypeError(_IN_KERNEL.format(name=self.name or "name"))

    def __setitem__(self, key: Any, value: Any) -> None:
        self[key]

    def __delitem__(self, key: Any) -> None:
        self[key]

    def __repr__(self) -> str:
        return f"<bpf.{type(self).__name__} {self.name or ''}>"


class HashMap(Map):
    """Values by key."""

    kind = "HASH"
    methods: tuple[str, ...] = ("lookup", "get", "update", "delete", "increment", "items")


class LruHashMap(HashMap):
    """Values by key; a full one forgets what was used least recently."""

    kind = "LRU_HASH"


class PercpuHashMap(HashMap):
    """A value for each CPU by key."""

    kind = "PERCPU_HASH"


class LruPercpuHashMap(HashMap):
    """The same, forgetting."""

    kind = "LRU_PERCPU_HASH"


class LpmTrie(Map):
    """Values by the longest prefix. key: a struct that begins with a u32, the prefix's bits."""

    kind = "LPM_TRIE"
    methods = ("lookup", "get", "update", "delete")

    def __init__(
        self, key: Any, value: Any, max_entries: int, *, name: str | None = None, pinned: bool = False
    ) -> None:
        super().__init__(key, value, max_entries, name=name, flags=1, pinned=pinned)  # BPF_F_NO_PREALLOC


class _Indexed(Map):
    methods: tuple[str, ...] = ("lookup", "get", "update", "increment", "items")

    def __init__(
        self, value: Any, max_entries: int, *, name: str | None = None, flags: int = 0, pinned: bool = False
    ) -> None:
        super().__init__("u32", value, max_entries, name=name, flags=flags, pinned=pinned)


class Array(_Indexed):
    """Values by index; all are there from the beginning, as zero."""

    kind = "ARRAY"


class PercpuArray(_Indexed):
    """A value for each CPU by index."""

    kind = "PERCPU_ARRAY"


class _Keyless(Map):
    def __init__(self, value: Any, max_entries: int, *, name: str | None = None, pinned: bool = False) -> None:
        super().__init__(None, value, max_entries, name=name, pinned=pinned)


class Queue(_Keyless):
    """First in, first out."""

    kind = "QUEUE"
    methods = ("push", "pop", "peek")


class Stack(_Keyless):
    """Last in, first out."""

    kind = "STACK"
    methods = ("push", "pop", "peek")


class BloomFilter(_Keyless):
    """Whether a value may have been added. Needs kernel 5.16."""

    kind = "BLOOM_FILTER"
    methods = ("push", "peek")


class RingBuf(Map):
    """A ring of events, and the counters that feed the ledger. bytes: a power of two and a multiple of the page size.

    events.submit(Exec(pid=bpf.pid()))      # True, or False: counted as ring_full
    """

    kind = "RINGBUF"
    methods = ("submit", "reserve", "discard", "output")

    def __init__(self, bytes: int, *, name: str | None = None, pinned: bool = False) -> None:
        if not isinstance(bytes, int) or bytes < 4096 or bytes & bytes - 1:
            raise ValueError(f"a ring has a power of two of bytes, at least a page of 4096: not {bytes}")
        super().__init__(None, None, bytes, name=name, pinned=pinned)


class UserRingBuf(Map):
    """A ring that user space writes: helpers.user_ringbuf_drain(ring, callback, context, 0). Needs kernel 6.1."""

    kind = "USER_RINGBUF"

    def __init__(self, bytes: int, *, name: str | None = None, pinned: bool = False) -> None:
        super().__init__(None, None, bytes, name=name, pinned=pinned)


class PerfEventArray(Map):
    """A perf buffer for each CPU."""

    kind = "PERF_EVENT_ARRAY"
    methods = ("output",)

    def __init__(self, max_entries: int = 0, *, name: str | None = None, pinned: bool = False) -> None:
        super().__init__("u32", "u32", max_entries, name=name, pinned=pinned)


class StackTrace(Map):
    """Stacks by number: stacks.get_id(ctx, flags)."""

    kind = "STACK_TRACE"
    methods = ("get_id",)

    def __init__(self, max_entries: int, *, depth: int = 127, name: str | None = None) -> None:
        super().__init__("u32", ("u64", depth), max_entries, name=name)


class ProgArray(Map):
    """Programs to go on with: jumps.call(ctx, i) does not return, unless there is none. programs: by index."""

    kind = "PROG_ARRAY"
    methods = ("call",)

    def __init__(
        self, max_entries: int, programs: dict[int, Any] | None = None, *, name: str | None = None, pinned: bool = False
    ) -> None:
        super().__init__("u32", "u32", max_entries, name=name, pinned=pinned)
        self.programs = programs or {}


class _Outer(Map):
    methods = ("lookup",)
    inner: Map
    maps: dict[int, Map]


class ArrayOfMaps(_Outer):
    """Maps by index. inner: what they are like; maps: which are there from the beginning."""

    kind = "ARRAY_OF_MAPS"

    def __init__(
        self, inner: Map, max_entries: int, maps: dict[int, Map] | None = None, *, name: str | None = None
    ) -> None:
        super().__init__("u32", "u32", max_entries, name=name)
        self.inner, self.maps = inner, maps or {}


class HashOfMaps(_Outer):
    """Maps by key."""

    kind = "HASH_OF_MAPS"

    def __init__(
        self, key: Any, inner: Map, max_entries: int, maps: dict[int, Map] | None = None, *, name: str | None = None
    ) -> None:
        super().__init__(key, "u32", max_entries, name=name)
        self.inner, self.maps = inner, maps or {}


class _Storage(Map):
    methods = ("get", "create", "delete")

    def __init__(self, value: Any, *, name: str | None = None) -> None:
        super().__init__("i32", value, 0, name=name, flags=1)  # BPF_F_NO_PREALLOC, which storages must have


class TaskStorage(_Storage):
    """A value for each task: get(task), create(task), delete(task). Needs kernel 5.11."""

    kind = "TASK_STORAGE"


class SkStorage(_Storage):
    """A value for each socket."""

    kind = "SK_STORAGE"


class InodeStorage(_Storage):
    """A value for each inode."""

    kind = "INODE_STORAGE"


class CgroupStorage(_Storage):
    """A value for each cgroup. Needs kernel 6.2."""

    kind = "CGRP_STORAGE"


class _Targets(Map):
    methods: tuple[str, ...] = ("redirect",)

    def __init__(self, max_entries: int, *, name: str | None = None, pinned: bool = False) -> None:
        super().__init__("u32", "u32", max_entries, name=name, pinned=pinned)


class DevMap(_Targets):
    """Interfaces that packets are redirected to."""

    kind = "DEVMAP"


class DevMapHash(_Targets):
    """Interfaces by any u32."""

    kind = "DEVMAP_HASH"


class CpuMap(_Targets):
    """CPUs that packets are redirected to."""

    kind = "CPUMAP"


class XskMap(_Targets):
    """AF_XDP sockets that packets are redirected to."""

    kind = "XSKMAP"


class SockMap(_Targets):
    """Sockets by index."""

    kind = "SOCKMAP"
    methods = ()


class SockHash(Map):
    """Sockets by key."""

    kind = "SOCKHASH"

    def __init__(self, key: Any, max_entries: int, *, name: str | None = None, pinned: bool = False) -> None:
        super().__init__(key, "u32", max_entries, name=name, pinned=pinned)
