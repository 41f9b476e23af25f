"""A program that streams while the draining thread's allocations fail: test_memory.py runs it.

python starving.py LIBRARY RARITY, with failing_malloc.c preloaded. Prints what went wrong, or nothing.
"""

from __future__ import annotations

import asyncio
import ctypes
import sys

import aiobpf

RECORDS = 100_000
AHEAD = 3000  # emitted and not yet delivered, at most


async def main(library: ctypes.CDLL, rarity: int) -> None:
    library.failed_allocations.restype = ctypes.c_long
    ring = aiobpf.MemoryRing(1 << 18)
    got: list[int] = []
    errors = 0
    async with asyncio.timeout(50), aiobpf.BpfRingBuffer(ring) as rb:
        library.fail_about_every(rarity)
        emitted = 0
        while len(got) < RECORDS:
            while emitted < min(RECORDS, len(got) + AHEAD) and ring.emit(emitted.to_bytes(48, "little")):
                emitted += 1
            try:
                async for event in rb:
                    got.append(int.from_bytes(event, "little"))
                    if len(got) == emitted:
                        break
            except MemoryError:
                errors += 1
        library.fail_about_every(0)
        assert rb.verify().balances()
    assert got == list(range(RECORDS))
    assert 0 < errors <= library.failed_allocations(), (errors, library.failed_allocations())


asyncio.run(main(ctypes.CDLL(sys.argv[1]), int(sys.argv[2])))
