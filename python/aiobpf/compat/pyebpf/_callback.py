"""A Python function that is called for each system call, in a thread."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from aiobpf._errors import BpfClosedError
from aiobpf._trace import trace

log = logging.getLogger("aiobpf.compat.pyebpf")

#: Characters of a text: PyEBPF's arrays have 128.
ROOM = 126

_NAMES = {
    "current_time_ns": "time_ns",
    "process_id": "pid",
    "thread_id": "tid",
    "group_id": "gid",
    "user_id": "uid",
    "process_name": "comm",
}


class EventData:
    """What a function gets as `data`: an event by PyEBPF's names, texts as str."""

    __slots__ = ("_event",)

    def __init__(self, event: Any) -> None:
        self._event = event

    def __getattr__(self, name: str) -> Any:
        event = object.__getattribute__(self, "_event")
        field = _NAMES.get(name, name)
        if hasattr(event, f"arg_{field}") and name not in _NAMES:
            field = f"arg_{field}"  # an argument that is called as a field of the header
        value = getattr(event, field)
        return os.fsdecode(value) if isinstance(value, bytes) else value

    def __repr__(self) -> str:
        return f"EventData({self._event!r})"


class Callback:
    """A probe, and the thread that calls a function with its events until it is closed."""

    def __init__(self, syscall: str, function: Callable[..., Any], with_arguments: bool) -> None:
        self._function = function
        fields = ["*"] if with_arguments else ["pid"]
        self._trace = trace(f"syscalls:sys_enter_{syscall}", fields=fields, room=ROOM, latency=0.001)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"aiobpf {syscall}", daemon=True)
        self._thread.start()
        self._running.wait()

    def _run(self) -> None:
        asyncio.run(self._call())

    async def _call(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running.set()
        try:
            async for event in self._trace:
                try:
                    self._function(cpu=event.cpu, data=EventData(event), size=len(bytes(event)))
                except Exception:
                    log.exception("the function of %s failed", event.event)
        except BpfClosedError:
            pass  # before the first event

    def close(self) -> None:
        """Detaches; the function is not called any more when it returns, unless it calls this itself."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._trace.close)
        if threading.current_thread() is not self._thread:
            self._thread.join()
