"""Functions that are called with events."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar

from aiobpf._probe import Probe
from aiobpf._trace import Trace, probes_of

P = ParamSpec("P")
R = TypeVar("R")


class Handler(Generic[P, R]):
    """A function, and the probes whose events it is called with: what on() makes. Calling it calls the function."""

    def __init__(self, function: Callable[P, R], probes: list[Probe]) -> None:
        self._function = function
        self.probes = probes
        self.__doc__ = function.__doc__
        self.__name__ = getattr(function, "__name__", type(function).__name__)
        self.__wrapped__ = function

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> R:
        return self._function(*arguments, **named)

    def __repr__(self) -> str:
        return f"<aiobpf.Handler {self.__name__} of {', '.join(probe.event for probe in self.probes)}>"


def on(*events: str | Probe, **options: Any) -> Callable[[Callable[P, R]], Handler[P, R]]:
    """Decorates a function, or a coroutine function, that run() calls with each event.

        @aiobpf.on("sched:sched_process_exec")
        def started(e):
            print(e.pid, e.filename)

        asyncio.run(aiobpf.run(started))

    events, options: as trace().
    """
    probes = probes_of(events, options)

    def decorate(function: Callable[P, R]) -> Handler[P, R]:
        return Handler(function, probes)

    return decorate


async def run(*handlers: Handler[..., Any], **options: Any) -> None:
    """Starts the probes of all handlers, as one stream, and calls each with its events, one after the other.

    It runs until it is cancelled.

        asyncio.run(aiobpf.run(started, ended, latency=0.001))

    options: latency, driver, queue_bytes, as Stream(). What a handler raises ends it. Raises what trace() raises.
    """
    for handler in handlers:
        if not isinstance(handler, Handler):
            raise TypeError(f"a handler is a function that on() decorates, not {type(handler).__name__}")
    with_sources = [(handler, one) for handler in handlers for one in handler.probes]
    async with Trace([probe for _, probe in with_sources], **options) as events:
        called = [handler for handler, probe in with_sources for _ in probe._checked()]
        async for source, event in events.tagged():
            result = called[source](event)
            if inspect.isawaitable(result):
                await result
