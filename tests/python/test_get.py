"""One event at a time, and closing as coroutines do."""

import asyncio
import contextlib
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import Source

Buffer = aiobpf.BpfRingBuffer[Any]


def test_get_gives_the_next_event(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(3)
        assert [(await buffer.get()).sequence for _ in range(3)] == [0, 1, 2]
        waiting = asyncio.create_task(buffer.get())
        await asyncio.sleep(0)
        source.emit()
        assert (await waiting).sequence == 3
        assert buffer.verify().delivered == 4

    run(main())


def test_a_get_that_times_out_loses_nothing(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(buffer.get(), 0.01)
        source.emit(2)
        assert [(await asyncio.wait_for(buffer.get(), 30)).sequence for _ in range(2)] == [0, 1]

    run(main())


def test_get_of_a_closed_buffer_is_an_error(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        waiting = asyncio.create_task(buffer.get())
        await asyncio.sleep(0)
        buffer.close()
        with pytest.raises(aiobpf.BpfClosedError):
            await waiting
        with pytest.raises(aiobpf.BpfClosedError):
            await buffer.get()

    run(main())


def test_aclose_closes(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        async with contextlib.aclosing(buffer) as same:
            assert same is buffer and not buffer.closed
        assert buffer.closed
        await buffer.aclose()  # as often as one likes

    run(main())
