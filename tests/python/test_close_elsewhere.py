"""close() and add() from another thread, or from a signal's handler, while the loop sleeps."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import aiobpf
import pytest
from conftest import Run, open_descriptors
from helpers import Source, take

Buffer = aiobpf.BpfRingBuffer

#: The numbers of epoll_wait and epoll_pwait.
WAITS = {"x86_64": ("232", "281"), "aarch64": ("22",)}[platform.machine()]


def when_asleep(act: Callable[[], object]) -> threading.Thread:
    """Calls `act` in another thread, as soon as this one sleeps in its loop's epoll_wait and nowhere else."""
    sleeper = threading.get_native_id()

    def watch() -> None:
        while True:
            with open(f"/proc/self/task/{sleeper}/syscall") as file:
                call, *arguments = file.read().split()
            # The fourth is the timeout: a wait that a turn of the loop follows at once is not the one.
            if call in WAITS and arguments[3] != "0x0":
                break
        act()

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


async def until_closed(events: Any) -> list[Any]:
    return [event async for event in events]


@contextlib.contextmanager
def handled(number: signal.Signals, handler: Callable[[], object]) -> Iterator[None]:
    before = signal.signal(number, lambda *_: handler())
    yield
    signal.signal(number, before)


@pytest.mark.parametrize("by_batches", [False, True])
@pytest.mark.parametrize("debug", [False, True])
def test_close_from_another_thread_ends_a_loop_that_waits(
    run: Run, source: Source, buffer: Buffer, debug: bool, by_batches: bool
) -> None:
    async def main() -> None:
        asyncio.get_running_loop().slow_callback_duration = 10.0
        source.emit(3)
        assert await take(buffer, 3) == [0, 1, 2]
        closing = when_asleep(buffer.close)
        assert await until_closed(buffer.batches() if by_batches else buffer) == []
        closing.join()
        assert buffer.verify().balances()

    run(main(), debug=debug)


@pytest.mark.parametrize("debug", [False, True])
def test_close_from_a_signals_handler_ends_a_loop_that_waits(
    run: Run, source: Source, buffer: Buffer, debug: bool
) -> None:
    async def main() -> None:
        asyncio.get_running_loop().slow_callback_duration = 10.0
        main_thread = threading.main_thread().ident
        assert main_thread is not None
        killing = when_asleep(lambda: signal.pthread_kill(main_thread, signal.SIGUSR1))
        assert await until_closed(buffer) == []
        killing.join()

    with handled(signal.SIGUSR1, buffer.close):
        run(main(), debug=debug)


@pytest.mark.parametrize("debug", [False, True])
def test_add_from_another_thread_is_noticed_by_a_loop_that_waits(
    run: Run, source: Source, driver: str, event_class: type, debug: bool
) -> None:
    async def main() -> None:
        asyncio.get_running_loop().slow_callback_duration = 10.0
        source.emit(1)
        async with Buffer(aiobpf.MemoryRing(4096), driver=driver) as rb:  # type: ignore[arg-type]
            adding = when_asleep(lambda: rb.add(source.ring, event_class))
            assert await take(rb, 1) == [0]
            adding.join()

    run(main(), debug=debug)


def test_close_from_another_thread_takes_the_descriptor_out_of_the_loop_before_it_is_closed(
    run: Run, source: Source, buffer: Buffer
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        closing = when_asleep(buffer.close)
        before = open_descriptors()
        assert await until_closed(buffer) == []
        closing.join()
        await asyncio.sleep(0)
        # Whoever gets one of its numbers now can be watched without the loop's knowing it by that number.
        freed = set(before) - set(open_descriptors())
        readers = []
        while freed:
            read, write = os.pipe()
            readers.append((read, write))
            freed -= {read, write}
        for read, write in readers:
            readable = asyncio.Event()
            loop.add_reader(read, readable.set)
            os.write(write, b"x")
            await readable.wait()
            loop.remove_reader(read)
            os.close(read)
            os.close(write)

    run(main())


def test_many_tasks_are_ended_from_many_threads(run: Run, driver: str) -> None:
    async def main() -> None:
        buffers = [Buffer(aiobpf.MemoryRing(4096), driver=driver) for _ in range(20)]  # type: ignore[arg-type]
        tasks = [asyncio.create_task(until_closed(rb)) for rb in buffers]
        closing = [when_asleep(rb.close) for rb in buffers]
        assert await asyncio.gather(*tasks) == [[]] * 20
        for thread in closing:
            thread.join()

    run(main())


def test_a_wake_that_fails_is_reported_and_the_task_can_be_cancelled(
    source: Source, buffer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(until_closed(buffer))
        await asyncio.sleep(0)

        def refuse(*_: object, **__: object) -> None:
            raise OSError("no wake today")

        reports: list[Any] = []
        with monkeypatch.context() as patched:
            patched.setattr(loop, "call_soon_threadsafe", refuse)
            patched.setattr(sys, "unraisablehook", reports.append)
            buffer.close()
        assert [str(report.exc_value) for report in reports] == ["no wake today"]
        assert not task.done()
        reports.clear()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())  # uvloop's methods cannot be replaced


def test_a_cancellation_that_fails_leaves_the_task_waiting(
    source: Source, buffer: Buffer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(take(buffer, 1))
        await asyncio.sleep(0)

        def refuse(*_: object, **__: object) -> None:
            raise RuntimeError("not now")

        with monkeypatch.context() as patched, pytest.raises(RuntimeError, match="not now"):
            patched.setattr(loop, "call_soon", refuse)
            task.cancel()
        source.emit(1)
        with contextlib.suppress(asyncio.CancelledError):
            assert await task == [0]

    asyncio.run(main())
