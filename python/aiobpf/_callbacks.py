"""Ring buffers in callback style: who asks for events calls functions with them."""

from __future__ import annotations

import asyncio
import select
import time
from collections.abc import Callable
from typing import Any, NoReturn

from aiobpf import _aiobpf
from aiobpf._errors import BpfBusyError, BpfError

#: Is called with an event. A negative number stops the call that it came from; an exception reaches its caller.
Callback = Callable[[Any], int | None]


class Callbacks:
    """Takes the place of a stream's RecordReader. The functions are kept here, where the cycle collector sees them."""

    def __init__(self, latency: float) -> None:
        self._raw = _aiobpf.make_callback_reader(latency)
        self._functions: list[Callback] = []
        self._readable = select.poll()
        self._readable.register(self._raw.fd, select.POLLIN)
        self._waits = 0  # who waits for the descriptor, in poll() and poll_async()
        self._waits_in_loop = False

    # --- what a Stream asks of its reader

    @property
    def is_open(self) -> bool:
        return self._raw.is_open

    def check_open(self) -> None:
        self._raw.check_open()

    def stop(self) -> None:
        self._raw.stop()
        self._release()

    def _release(self) -> None:
        """Who waits is told by the descriptor; the last one closes it."""
        if not self._waits and not self._raw.is_open:
            self._raw.release()

    def statistics(self, source: int | None) -> dict[str, Any]:
        return self._raw.statistics(source)

    def verify(self, source: int | None) -> dict[str, Any]:
        return self._raw.verify(source)

    def count_types(self, source: int) -> tuple[int, ...]:
        return self._raw.count_types(source)

    def events(self, _owner: object) -> NoReturn:
        raise BpfError(
            "its events go to callbacks: call poll(), consume() or poll_async(); "
            "to iterate, add its maps without callbacks"
        )

    tagged = batches = begin_drain = events

    # --- what a ring buffer with callbacks asks

    @property
    def fd(self) -> int:
        self._raw.check_open()
        return self._raw.fd

    def add(
        self,
        source: _aiobpf.Source,
        callback: Callback,
        decoder: type[Any] | _aiobpf.RecordTypes,
        name: bytes,
        latency: float | None,
        as_memoryview: bool,
    ) -> int:
        number = self._raw.add(source, decoder, name, latency, as_memoryview)
        self._functions += [callback] * (number + 1 - len(self._functions))
        return number

    def remove(self, source: int) -> None:
        self._raw.remove(source)

    def consume(self) -> int:
        return self._raw.consume(self._functions)

    def poll(self, seconds: float | None) -> int:
        """seconds: None: no end."""
        end = None if seconds is None else time.monotonic() + seconds
        while True:
            if called := self.consume():
                return called
            left = None if end is None else end - time.monotonic()
            if left is not None and left <= 0:
                return 0
            self._waits += 1
            try:
                # Others run meanwhile, and handlers of signals; an exception of theirs ends it.
                self._readable.poll(None if left is None else left * 1000)
            finally:
                self._waits -= 1
                self._release()

    async def poll_async(self, seconds: float | None) -> int:
        """The same, and others of the loop run first: who calls it again and again starves nobody."""
        loop = asyncio.get_running_loop()
        end = None if seconds is None else loop.time() + seconds
        await asyncio.sleep(0)
        while True:
            if called := self.consume():
                return called
            left = None if end is None else end - loop.time()
            if left is not None and left <= 0:
                return 0
            await self._wait(loop, left)

    async def _wait(self, loop: asyncio.AbstractEventLoop, seconds: float | None) -> None:
        """Until it is readable, or the time is over."""
        if self._waits_in_loop:
            raise BpfBusyError("another task is in poll_async() of this buffer already; one at a time")
        ready = asyncio.Event()
        self._waits += 1
        self._waits_in_loop = True
        loop.add_reader(self._raw.fd, ready.set)
        try:
            async with asyncio.timeout(seconds):
                await ready.wait()
        except TimeoutError:
            pass
        finally:
            loop.remove_reader(self._raw.fd)
            self._waits -= 1
            self._waits_in_loop = False
            self._release()
