"""A program that streams, forks, lets the child end, and goes on streaming: test_fork.py runs it.

python forking.py DRIVER LOOP RING ENDING [THREAD]. Prints what went wrong, or nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import pathlib
import struct
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any

import aiobpf
import uvloop
from helpers import KernelSource, MemorySource, Source, numbered

#: The buffer; nobody else keeps it but tasks that wait for it.
Held = list[aiobpf.BpfRingBuffer]


def closed(use: Callable[[], Any]) -> str:
    """Empty when `use` raises a BpfClosedError that tells of the fork."""
    try:
        use()
    except aiobpf.BpfClosedError as error:
        return "" if "made before fork()" in str(error) else f"does not say why: {error}"
    return "no error"


def counted_calls(source: KernelSource) -> int:
    (count,) = struct.unpack("Q", source.object.maps["array"][bytes(4)])
    return int(count)


def wait_for(child: int) -> None:
    _, status = os.waitpid(child, 0)
    if status != 0:
        print(f"the child ended with {os.waitstatus_to_exitcode(status)}")


async def take(rb: aiobpf.BpfRingBuffer, count: int) -> list[bytes]:
    got: list[bytes] = []
    async for event in rb:
        got.append(event)
        if len(got) == count:
            break
    return got


async def stream(driver: Any, source: Source, child_ends: Callable[[Held], None]) -> None:
    # No `async with`: a child that ends by sys.exit() would close the buffer on its way out.
    held = [aiobpf.BpfRingBuffer(source.ring, driver=driver)]
    source.emit(2)
    assert await take(held[0], 1) == [numbered(0)]
    child_ends(held)  # with a record that was taken and not handed over
    assert await take(held[0], 1) == [numbered(1)]

    for number in range(2, 5):
        task = asyncio.create_task(take(held[0], 1))
        await asyncio.sleep(0)
        child_ends(held)  # while a task waits
        source.emit()
        assert await task == [numbered(number)]

    source.emit(1000)
    got = await take(held[0], 1)
    child_ends(held)  # with records on loan: these are more than are copied
    got += await take(held[0], 999)
    assert got == [numbered(number) for number in range(5, 1005)]
    source.emit(3)
    assert len(await take(held[0], 3)) == 3
    ledger = held[0].verify()
    assert ledger.balances() and ledger.ring_full == 0 and ledger.unread == 0, ledger
    held[0].close()


def end_child(ending: str, held: Held, source: Source, loop: asyncio.AbstractEventLoop) -> None:
    rb = held[0]
    if ending == "use":
        for use in (
            lambda: aiter(rb),
            rb.batches,
            rb.statistics,
            lambda: rb.add(aiobpf.MemoryRing(4096)),
        ):
            if wrong := closed(use):
                print(wrong)
        sys.stdout.flush()
        os._exit(0 if rb.closed and "closed" in repr(rb) else 1)
    if ending == "close":
        rb.close()
        rb.close()
        if isinstance(source, KernelSource):
            source.object.close()
        if wrong := closed(rb.statistics):
            print(wrong)
        sys.stdout.flush()
        os._exit(0)
    if ending == "collect":
        gone = weakref.ref(rb)
        held.clear()
        del rb
        for task in asyncio.all_tasks(loop):
            with contextlib.suppress(ValueError):  # the one that runs
                task.get_coro().close()  # type: ignore[union-attr]
        gc.collect()
        os._exit(0 if gone() is None else 1)
    if ending == "exit":
        sys.exit(0)
    os._exit(0)


def main(driver: str, loop: str, ring: str, ending: str, elsewhere: str = "") -> None:
    source: Source = MemorySource()
    if ring == "kernel":
        folder = pathlib.Path(os.environ["AIOBPF_BPF_OBJECT_DIR"])
        source = KernelSource(aiobpf.load(folder / "emit.bpf.o"))
        source.object.program("count_calls").attach()

    def fork(held: Held) -> None:
        child = os.fork()
        if child == 0:
            end_child(ending, held, source, runner.get_loop())
        wait_for(child)

    def fork_in_thread(held: Held) -> None:
        thread = threading.Thread(target=fork, args=(held,))
        thread.start()
        thread.join()

    factory = uvloop.new_event_loop if loop == "uvloop" else asyncio.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(stream(driver, source, fork_in_thread if elsewhere else fork))
    if isinstance(source, KernelSource):
        assert counted_calls(source) < counted_calls(source), "a child detached the program"
        source.object.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
