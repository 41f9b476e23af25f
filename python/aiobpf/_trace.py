"""Probes without a compiler: events of the kernel, as async iterators."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

from aiobpf import _aiobpf
from aiobpf._errors import BpfError
from aiobpf._probe import Probe
from aiobpf._probe_event import make_probe_event
from aiobpf._stream import QUEUE_BYTES, Stream


class Trace(Stream[Any]):
    """Events of one or more probes, as one Stream: what trace() returns. Source N of it is the Nth event.

    probes: the programs are made and attached at once; records wait in the kernel's rings until they are read.
    latency, driver, queue_bytes: as Stream().

    Closing it, or dropping it, detaches the programs.
    """

    def __init__(
        self,
        probes: list[Probe],
        *,
        latency: float = 0.0,
        driver: Literal["thread", "inline"] = "thread",
        queue_bytes: int = QUEUE_BYTES,
    ) -> None:
        self._probes: list[_aiobpf.Probe] = []
        super().__init__(latency=latency, driver=driver, queue_bytes=queue_bytes)
        try:
            self._probes = _aiobpf.trace([one for probe in probes for one in probe._checked()])
            self._events = tuple(probe.event for probe in self._probes)
            for probe in self._probes:
                cls = make_probe_event(probe.event, tuple(probe.checked), probe.type)
                _aiobpf.add_source(self._open(), probe.take_source(), cls, probe.event.encode(), None, None)
        except BaseException:
            self.close()
            raise

    @property
    def events(self) -> tuple[str, ...]:
        """The names of the events, by the numbers of their sources."""
        return self._events

    def detach(self) -> None:
        """No new records; those that are there can still be read. Idempotent.

        t.detach()
        """
        for probe in self._probes:
            probe.detach()

    def close(self) -> None:
        """Detaches the programs and ends every iteration, as Stream.close(). Idempotent."""
        self.detach()
        super().close()

    def __del__(self, _warn: Any = None) -> None:
        # `async for e in trace(...)` has no name for it: to drop it is to close it.
        if getattr(self, "_reader", None) is not None and not self.closed:
            self.close()


def probes_of(events: tuple[str | Probe, ...], options: dict[str, Any]) -> list[Probe]:
    """Probes of names, with these options, and probes as they are. Raises TypeError, BpfError."""
    if not events:
        raise BpfError('name an event, as in trace("sched:sched_process_exec")')
    for event in events:
        if not isinstance(event, (str, Probe)):
            raise TypeError(f"an event is a str or a Probe, not {type(event).__name__}")
    return [dataclasses.replace(event) if isinstance(event, Probe) else Probe(event, **options) for event in events]


def trace(
    *events: str | Probe,
    latency: float = 0.0,
    driver: Literal["thread", "inline"] = "thread",
    queue_bytes: int = QUEUE_BYTES,
    **options: Any,
) -> Trace:
    """Starts probes, and returns their events as one Stream.

        async for e in aiobpf.trace("syscalls:sys_enter_openat", where="uid == 0"):
            print(e.comm, e.pid, e.filename)

        async with aiobpf.trace("sched:sched_process_exec", aiobpf.Probe("oom:mark_victim")) as t:
            async for source, e in t.tagged():
                print(t.events[source], e)

    events: names, patterns ("sched:*"), and Probe objects, which have their own options.
    options: those of Probe (fields, where, pid, uid, cgroup, sample, per_second, room, ring_bytes), for all names.
    latency, driver, queue_bytes: as Stream().

    An event's class has the fields by name, `event`, and `truncated` and `unreadable`: names of fields. Texts are
    bytes, as the kernel has them.

    Raises, before anything is loaded: BpfNotFoundError (no such event or field: the nearest are named),
    BpfExpressionError (a filter), BpfUnsupportedError (tracefs is not mounted, a record is too large); and
    BpfPermissionError. Needs kernel 5.8; per_second: 5.12.
    """
    return Trace(probes_of(events, options), latency=latency, driver=driver, queue_bytes=queue_bytes)
