"""What keeps what: iterators of temporary buffers, and `anext()` of the buffer itself."""

from __future__ import annotations

import asyncio
import gc
import warnings
import weakref
from collections.abc import Callable
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import Source, take

Buffer = aiobpf.BpfRingBuffer


@pytest.mark.parametrize("by_batches", [False, True])
def test_an_iterator_keeps_its_buffer(
    run: Run, source: Source, driver: str, event_class: type, by_batches: bool
) -> None:
    async def main() -> None:
        source.emit(10)
        got: list[int] = []

        async def consume() -> None:
            if by_batches:
                async for batch in Buffer(source.ring, event_class, driver=driver).batches():  # type: ignore[arg-type]
                    got.extend(event.sequence for event in batch)
                    if len(got) == 20:
                        break
            else:
                async for event in Buffer(source.ring, event_class, driver=driver):  # type: ignore[arg-type]
                    got.append(event.sequence)
                    if len(got) == 20:
                        break

        asyncio.get_running_loop().call_soon(source.emit, 10)
        with pytest.warns(ResourceWarning, match="async with"):  # it is dropped unclosed
            await consume()
        assert got == list(range(20))

    run(main())


def test_an_iterator_that_waits_keeps_its_buffer(run: Run, source: Source, driver: str, event_class: type) -> None:
    async def main() -> None:
        waiting = asyncio.ensure_future(anext(aiter(Buffer(source.ring, event_class, driver=driver))))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        gc.collect()
        source.emit()
        assert (await waiting).sequence == 0

    with pytest.warns(ResourceWarning, match="async with"):  # it is dropped unclosed
        run(main())
        gc.collect()


@pytest.mark.parametrize("by_batches", [False, True])
def test_an_iterator_that_is_left_alone_ends_its_buffer(source: Source, driver: str, by_batches: bool) -> None:
    rb = Buffer(source.ring, driver=driver)  # type: ignore[arg-type]
    gone = weakref.ref(rb)
    events = rb.batches() if by_batches else aiter(rb)
    gc.disable()
    try:
        del rb
        assert gone() is not None
        with pytest.warns(ResourceWarning, match="async with"):
            del events  # no cycle: it takes no collection
        assert gone() is None
    finally:
        gc.enable()


def test_a_buffer_that_refers_to_its_iterator_is_collected(source: Source, driver: str) -> None:
    class Kept(Buffer):
        events: Any

    rb = Kept(source.ring, driver=driver)  # type: ignore[arg-type]
    rb.events = aiter(rb)
    gone = weakref.ref(rb)
    del rb
    with pytest.warns(ResourceWarning, match="async with"):
        gc.collect()
    assert gone() is None


def test_an_abandoned_task_over_a_temporary_is_collected(
    new_loop: Callable[[], asyncio.AbstractEventLoop], source: Source, driver: str
) -> None:
    loop = new_loop()
    loop.set_exception_handler(lambda *_: None)
    rb = Buffer(source.ring, driver=driver)  # type: ignore[arg-type]
    gone = weakref.ref(rb)
    task = loop.create_task(take(aiter(rb), 1))
    loop.run_until_complete(asyncio.sleep(0))
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        del rb, task
        loop.close()
        del loop
        gc.collect()
    assert gone() is None


def test_the_buffer_itself_gives_the_next_event(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(3)
        assert (await anext(buffer)).sequence == 0
        assert (await anext(buffer, None)).sequence == 1  # type: ignore[arg-type]
        assert (await asyncio.wait_for(anext(buffer), 10)).sequence == 2
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(buffer), 0.001)
        waiting = asyncio.ensure_future(anext(buffer))
        await asyncio.sleep(0)
        source.emit()
        assert (await waiting).sequence == 3
        assert isinstance(buffer, aiobpf.BpfRingBuffer) and hasattr(type(buffer), "__anext__")

    run(main())


def test_the_buffer_itself_has_no_next_event_when_it_is_closed(run: Run, source: Source, buffer: Buffer) -> None:
    async def main() -> None:
        source.emit(1)
        waiting = anext(buffer)
        buffer.close()
        with pytest.raises(StopAsyncIteration):
            await waiting
        with pytest.raises(StopAsyncIteration):
            await anext(buffer)
        assert await anext(buffer, "the end") == "the end"

    run(main())


def test_the_next_event_of_a_temporary_is_taken(run: Run, source: Source, driver: str, event_class: type) -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(source.emit)
        with pytest.warns(ResourceWarning, match="async with"):
            assert (await anext(Buffer(source.ring, event_class, driver=driver))).sequence == 0  # type: ignore[arg-type]

    run(main())
