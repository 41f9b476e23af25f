"""Forks while a buffer streams: the child's copy ends, in every way there is, and the parent goes on."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import multiprocessing
import os
import pathlib
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any

import aiobpf
import pytest
from conftest import Run, open_descriptors
from helpers import MemorySource, Source, take

Buffer = aiobpf.BpfRingBuffer


def run_program(*arguments: str) -> None:
    """forking.py, which ends by itself and says nothing when all is well."""
    program = pathlib.Path(__file__).with_name("forking.py")
    done = subprocess.run(
        [sys.executable, program, *arguments],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stderr


def wait_for(child: int) -> None:
    _, status = os.waitpid(child, 0)
    assert status == 0


def in_child(action: Callable[[], object], fork: Callable[[], int] = os.fork) -> str:
    """What `action` returned in a child, or the exception that it raised."""
    reading, writing = os.pipe()
    child = fork()
    if child == 0:
        try:
            told = str(action())
        except BaseException:
            told = traceback.format_exc()
        os.write(writing, told.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    wait_for(child)
    return told


@pytest.mark.parametrize("ending", ["close", "collect", "use", "exit", "_exit"])
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_the_parent_streams_on_after_its_child_has_ended(driver: str, loop: str, ending: str) -> None:
    run_program(driver, loop, "memory", ending)


@pytest.mark.kernel
@pytest.mark.parametrize("ending", ["close", "exit"])
def test_the_kernels_ring_is_the_parents(driver: str, ending: str, objects: pathlib.Path) -> None:
    run_program(driver, "asyncio", "kernel", ending)


@pytest.mark.parametrize("ending", ["close", "collect", "_exit"])
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_another_thread_than_the_loops_may_fork(driver: str, loop: str, ending: str) -> None:
    run_program(driver, loop, "memory", ending, "in a thread")


def fork_without_hooks() -> int:
    """As C code forks: Python's own fork hooks do not run."""
    return ctypes.PyDLL(None).fork()


def refused(use: Callable[[], object]) -> str:
    try:
        use()
    except aiobpf.BpfClosedError as error:
        return "refused" if "made before fork()" in str(error) else f"does not say why: {error}"
    return "no error"


@pytest.mark.parametrize("fork", [os.fork, fork_without_hooks])
def test_use_in_a_child_is_an_error_that_says_why(buffer: Buffer, fork: Callable[[], int]) -> None:
    async def iterate(events: Any) -> None:
        async for _ in events:
            pass

    events, batches = aiter(buffer), buffer.batches()
    for use in (
        lambda: asyncio.run(iterate(buffer)),
        lambda: asyncio.run(iterate(events)),
        lambda: asyncio.run(iterate(buffer.batches())),
        lambda: asyncio.run(iterate(batches)),
        lambda: buffer.verify(),
        lambda: buffer.add(aiobpf.MemoryRing(4096)),
        lambda: (buffer.close(), buffer.verify()),
    ):
        assert in_child(lambda use=use: refused(use), fork) == "refused"  # type: ignore[misc]
    assert in_child(lambda: buffer.closed, fork) == "True"
    assert not buffer.closed


@pytest.mark.parametrize("fork", [os.fork, fork_without_hooks])
def test_a_childs_close_is_not_the_parents(run: Run, source: Source, buffer: Buffer, fork: Callable[[], int]) -> None:
    def close() -> None:
        buffer.close()
        buffer.close()

    async def main() -> None:
        for number in range(3):
            task = asyncio.create_task(take(buffer, 1))
            await asyncio.sleep(0)
            assert in_child(close, fork) == "None"
            source.emit()
            assert await task == [number]
        assert buffer.verify().balances()

    run(main())


@pytest.mark.parametrize("fork", [os.fork, fork_without_hooks])
def test_a_ring_in_memory_is_its_parents(fork: Callable[[], int]) -> None:
    source = MemorySource()
    assert in_child(lambda: refused(lambda: source.ring.emit(b"x")), fork) == "refused"
    assert in_child(lambda: refused(lambda: Buffer(source.ring)), fork) == "refused"
    reader = Buffer(source.ring)
    assert reader.verify().seen == 0
    reader.close()


def test_a_task_that_waits_ends_in_a_child_that_runs_the_loop_on(source: Source, buffer: Buffer) -> None:
    async def in_the_child(task: asyncio.Task[Any]) -> str:
        try:
            await task
        except aiobpf.BpfClosedError as error:
            return "ended" if "made before fork()" in str(error) else str(error)
        return "no error"

    async def main() -> None:
        task = asyncio.create_task(take(buffer, 1))
        await asyncio.sleep(0)
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            os.write(writing, (await in_the_child(task)).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            assert pipe.read() == "ended"
        wait_for(child)
        source.emit()
        assert await task == [0]

    asyncio.run(main())


def test_a_child_may_stream_from_rings_of_its_own(run: Run, driver: str, buffer: Buffer) -> None:
    def stream() -> list[int]:
        async def main() -> int:
            own = aiobpf.MemoryRing(4096)
            async with Buffer(own, driver=driver) as rb:  # type: ignore[arg-type]
                own.emit(b"mine")
                async for event in rb:
                    return len(event)
            return 0

        return asyncio.run(main())  # type: ignore[return-value]

    assert in_child(stream) == "4"
    assert not buffer.closed


@pytest.mark.kernel
def test_a_child_may_read_its_parents_ring_by_a_buffer_of_its_own(
    emitter: aiobpf.BpfObject, driver: str, event_class: type[Any]
) -> None:
    def read() -> list[int]:
        rb = Buffer(emitter.maps["first"], event_class, driver=driver)  # type: ignore[arg-type]
        got = asyncio.run(take(rb, 1))
        rb.close()
        return got

    emitter.program("emit").run((7).to_bytes(8, "little") + (1).to_bytes(16, "little"))
    assert in_child(read) == "[7]"


def test_a_child_keeps_no_descriptor_of_a_buffer(buffer: Buffer, driver: str) -> None:
    before = open_descriptors()
    more = Buffer(aiobpf.MemoryRing(4096), driver=driver)  # type: ignore[arg-type]
    try:
        opened = {fd for fd, to in open_descriptors().items() if "anon_inode" in to and before.get(fd) != to}
        assert opened
        assert in_child(lambda: opened & {fd for fd, to in open_descriptors().items() if "anon_inode" in to}) == "set()"
    finally:
        more.close()


def work(number: int) -> int:
    gc.collect()
    return number * number


def test_multiprocessing_forks_while_a_buffer_streams(run: Run, source: Source, buffer: Buffer) -> None:
    context = multiprocessing.get_context("fork")

    async def main() -> None:
        events = asyncio.create_task(take(buffer, 400))
        for _ in range(4):
            with context.Pool(2) as pool:
                assert await asyncio.to_thread(pool.map, work, range(20)) == [number * number for number in range(20)]
                source.emit(50)
            process = context.Process(target=work, args=(1,))
            process.start()
            source.emit(50)
            await asyncio.to_thread(process.join)
            assert process.exitcode == 0
            process.close()
        assert await events == list(range(400))
        assert buffer.verify().balances()

    run(main())
