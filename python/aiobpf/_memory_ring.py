"""Rings in this process's own memory."""

from __future__ import annotations

from aiobpf import _aiobpf, _arguments

#: Bytes of a MemoryRing, at most: more than any machine has, and far from what overflows.
LARGEST_RING = 1 << 40


class MemoryRing:
    """A ring in this process's own memory, laid out as the kernel's, for programs and tests without BPF.

        ring = aiobpf.MemoryRing(64 * 1024)
        async with aiobpf.BpfRingBuffer(ring) as rb:
            ring.emit(b"...")
            async for event in rb: ...

    size: in bytes, rounded up to a power of two, at least a page.
    Fork: in a child its parent's ring cannot be used; that is a BpfClosedError.
    """

    def __init__(self, size: int) -> None:
        self._raw = _aiobpf.make_memory_ring(_arguments.integer("size", size, 0, LARGEST_RING))

    def emit(self, record: bytes | bytearray | memoryview) -> bool:
        """Emits a record, from any thread. False when there is no room: counted in the ledger.

        ring.emit(b"...")
        """
        return self._raw.emit(record)
