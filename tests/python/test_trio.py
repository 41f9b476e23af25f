"""Without asyncio: one error that says what is missing, at once."""

from collections.abc import Callable
from typing import Any

import aiobpf
import pytest
import trio
from helpers import Source

Buffer = aiobpf.BpfRingBuffer[Any]


async def iterate(rb: Buffer) -> None:
    async for _ in rb:
        pass


async def iterate_batches(rb: Buffer) -> None:
    async for _ in rb.batches():
        pass


async def iterate_tagged(rb: Buffer) -> None:
    async for _ in rb.tagged():
        pass


async def get(rb: Buffer) -> None:
    await rb.get()


@pytest.mark.parametrize("use", [iterate, iterate_batches, iterate_tagged, get])
@pytest.mark.parametrize("there", [0, 3])
def test_on_trio_it_says_that_asyncio_is_needed(
    source: Source, buffer: Buffer, use: Callable[[Buffer], Any], there: int
) -> None:
    source.emit(there)
    with pytest.raises(aiobpf.BpfUnsupportedError, match=r"needs asyncio.*trio support is missing"):
        trio.run(use, buffer)
    ledger = buffer.verify()
    assert (ledger.delivered, ledger.queued + ledger.unread) == (0, there)


def test_without_any_loop_it_says_the_same(buffer: Buffer) -> None:
    coroutine = get(buffer)
    with pytest.raises(aiobpf.BpfUnsupportedError, match="no asyncio loop runs here"):
        coroutine.send(None)
