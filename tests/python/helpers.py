"""What the tests emit, and where from."""

from __future__ import annotations

import struct
from typing import Any

import aiobpf

#: struct numbered of emit.bpf.c.
NUMBERED = struct.Struct("<QQIi8s2Hi?b6x")
assert NUMBERED.size == 48

#: struct emit_args of emit.bpf.c: first sequence, count, ring (2: in turn), discard every, flags.
EMIT_ARGS = struct.Struct("<QIIII")


def numbered(sequence: int) -> bytes:
    """The record that emit.bpf.c makes for a sequence number."""
    odd = sequence % 2 == 1
    check = ~sequence & (2**64 - 1)
    return NUMBERED.pack(sequence, check, 0, -sequence, b"abc\0xyz\0", sequence & 0xFFFF, 7, 2 if odd else -7, odd, -1)


def emit(obj: aiobpf.BpfObject, first: int, count: int, ring: int = 0, discard: int = 0, flags: int = 0) -> None:
    """Emits exactly that many records; they are in their rings, or counted as lost, when it returns."""
    obj.program("emit").run(EMIT_ARGS.pack(first, count, ring, discard, flags))


class MemorySource:
    """Numbered records in a MemoryRing."""

    def __init__(self, size: int = 256 * 1024) -> None:
        self.ring = aiobpf.MemoryRing(size)
        self.emitted = 0

    def emit(self, count: int = 1) -> None:
        """Emits the next records of the sequence, which begins with 0."""
        for sequence in range(self.emitted, self.emitted + count):
            self.ring.emit(numbered(sequence))
        self.emitted += count


class KernelSource:
    """Numbered records of a BPF program in a kernel's ring."""

    def __init__(self, obj: aiobpf.BpfObject) -> None:
        self.object = obj
        self.ring = obj.maps["first"]
        self.emitted = 0

    def emit(self, count: int = 1) -> None:
        """Emits the next records of the sequence, which begins with 0."""
        emit(self.object, self.emitted, count)
        self.emitted += count


Source = MemorySource | KernelSource


async def close_when_empty(rb: aiobpf.BpfRingBuffer) -> None:
    """Closes it when another task has taken all that was emitted."""
    assert await rb.drain(30.0) == 0
    rb.close()


async def take(events: Any, count: int) -> list[int]:
    """The sequence numbers of the next `count` events, by an `async for` that ends in a break."""
    got: list[int] = []
    if count == 0:
        return got
    async for event in events:
        assert event.check == ~event.sequence & (2**64 - 1)
        got.append(event.sequence)
        if len(got) == count:
            break
    return got
