"""What happens, summed up in the kernel: counts, summaries and histograms by any key."""

from __future__ import annotations

import asyncio
import dataclasses
import types
from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeAlias, TypeVar

from aiobpf import _aiobpf, _arguments
from aiobpf._errors import BpfError
from aiobpf._event_type import make_event_type
from aiobpf._probe import LARGEST_NUMBER, Probe

#: Of one key its value, of more a tuple of them.
Key: TypeAlias = Any

#: (key, bucket, count, sum, least, most) as the module gives them.
_Row: TypeAlias = tuple[Key, int, int, int, int, int]

V = TypeVar("V")

#: Different keys that a table takes, by default.
KEYS = 16 * 1024

#: Characters of a text in a key, by default.
KEY_ROOM = 64

LARGEST_KEY_ROOM = 240
LEAST_VALUE, LARGEST_VALUE = -(1 << 63), (1 << 63) - 1
LONGEST_WAIT = 1e9


@dataclasses.dataclass(frozen=True)
class Summary:
    """Of a key's values: how many, their sum, the least and the most."""

    count: int
    sum: int
    least: int
    most: int

    @property
    def mean(self) -> float:
        return self.sum / self.count


@dataclasses.dataclass(frozen=True)
class Histogram:
    """Of a key's values: how many in each bucket, by its first and last value; empty ones are left out.

    The first bucket has what is less, the last what is more.
    """

    buckets: dict[tuple[int, int], int]
    summary: Summary

    def __str__(self) -> str:
        """A line a bucket."""
        most = max(self.buckets.values(), default=1)
        return "\n".join(
            f"[{first}, {last}]".rjust(32) + f" {number:>10} |{'@' * (number * 40 // most):<40}|"
            for (first, last), number in self.buckets.items()
        )


class _Table(Generic[V]):
    """A table in the kernel that programs fill, one for each event. They run from the beginning.

    with aiobpf.count("syscalls:sys_enter_*", by="comm", pid=42) as counts:
        ...
        print(counts.read())
    """

    def __init__(self, options: types.SimpleNamespace) -> None:
        self._raw: _aiobpf.Aggregate | None = None
        self._options = options
        self._raw = _aiobpf.make_aggregate(options)
        self._events = self._raw.events
        self._key = make_event_type(self._raw.key_type)
        self._names = [name for name in self._key._fields if name != "bucket"]

    def read(self) -> dict[Key, V]:
        """All keys, and what came together for each; programs go on meanwhile.

            for comm, number in counts.read().items(): ...

        A key of one field is its value, texts as bytes; of more a tuple. Raises BpfMapError.
        """
        assert self._raw is not None
        rows: dict[Key, list[_Row]] = {}
        for data, *rest in self._raw.read():
            key = self._key_of(data)
            rows.setdefault(key, []).append((key, *rest))
        return {key: self._value(of_key) for key, of_key in rows.items()}

    def top(self, most: int) -> list[tuple[Key, V]]:
        """The keys with the largest counts, the largest first.

        for comm, number in counts.top(10): ...
        """
        most = _arguments.integer("most", most, 0, LARGEST_NUMBER)
        return sorted(self.read().items(), key=lambda item: self._rank(item[1]), reverse=True)[:most]

    async def snapshots(self, every: float) -> AsyncIterator[dict[Key, V]]:
        """What read() gives, each `every` seconds, until it is closed.

        async for counts in table.snapshots(every=1.0): ...
        """
        every = _arguments.real("every", every, 0, LONGEST_WAIT)
        while self._raw is not None:
            await asyncio.sleep(every)
            if self._raw is not None:
                yield self.read()

    def lost(self) -> int:
        """Events that found no room in the table: make `keys` larger.

        assert counts.lost() == 0
        """
        assert self._raw is not None
        return self._raw.lost()

    @property
    def events(self) -> tuple[str, ...]:
        return tuple(self._events)

    def detach(self) -> None:
        """Nothing more is counted; what is there can still be read. Idempotent.

        counts.detach()
        """
        if self._raw is not None:
            self._raw.detach()

    def close(self) -> None:
        """Detaches the programs and forgets the table. Idempotent.

        counts.close()
        """
        self.detach()
        self._raw = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<aiobpf.{type(self).__name__} of {len(self._events)} events {'open' if self._raw else 'closed'}>"

    def _key_of(self, data: bytes) -> Key:
        row = self._key(data)
        values = [self._events[row.event] if name == "event" else getattr(row, name) for name in self._names]
        return values[0] if len(values) == 1 else tuple(values)

    @abstractmethod
    def _value(self, rows: list[_Row]) -> V: ...

    @abstractmethod
    def _rank(self, value: V) -> int: ...


class Counts(_Table[int]):
    """How often, by key: what count() returns."""

    def _value(self, rows: list[_Row]) -> int:
        return sum(row[2] for row in rows)

    def _rank(self, value: int) -> int:
        return value


class Summaries(_Table[Summary]):
    """How many, the sum, the least and the most of a value, by key: what summarize() returns."""

    def _value(self, rows: list[_Row]) -> Summary:
        return _summary(rows)

    def _rank(self, value: Summary) -> int:
        return value.count


class Histograms(_Table[Histogram]):
    """How often a value is in each bucket, by key: what hist() returns."""

    def _value(self, rows: list[_Row]) -> Histogram:
        found = {row[1]: row[2] for row in rows}
        return Histogram({self._limits(bucket): found[bucket] for bucket in sorted(found)}, _summary(rows))

    def _rank(self, value: Histogram) -> int:
        return value.summary.count

    def _limits(self, bucket: int) -> tuple[int, int]:
        if self._options.sorted == "log2":
            return (1 << bucket >> 1, (1 << bucket) - 1)
        first = self._options.least + bucket * self._options.step
        return (first, first + self._options.step - 1)


def _summary(rows: list[_Row]) -> Summary:
    return Summary(
        sum(row[2] for row in rows),
        sum(row[3] for row in rows),
        min(row[4] for row in rows),
        max(row[5] for row in rows),
    )


def _options(
    events: tuple[str, ...], by: str | Sequence[str], value: str, more: dict[str, Any], **sorting: Any
) -> types.SimpleNamespace:
    """What the module takes. Raises TypeError, ValueError, BpfNotFoundError, BpfExpressionError."""
    if not events:
        raise BpfError('name an event, as in count("sched:sched_process_exec")')
    keys = _arguments.integer("keys", more.pop("keys", KEYS), 1, LARGEST_NUMBER)
    room = _arguments.integer("room", more.pop("room", KEY_ROOM), 1, LARGEST_KEY_ROOM)
    allowed = {"where", "pid", "uid", "cgroup"}
    if unknown := more.keys() - allowed:
        raise TypeError(f"no such option: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(allowed))}")
    checked = [one for event in events for one in Probe(event, **more)._checked()]
    made = checked[0]
    del made.fields, made.sample, made.per_second, made.ring_bytes
    made.events = [one.event for one in checked]
    made.by = [_arguments.text("by", name) for name in ([by] if isinstance(by, str) else by)]
    made.value = _arguments.text("value", value)
    made.keys, made.room = keys, room
    made.sorted, made.least, made.step, made.steps = "none", 0, 1, 1
    vars(made).update(sorting)
    return made


def count(*events: str, by: str | Sequence[str] = "event", **options: Any) -> Counts:
    """Counts events in the kernel, by a key; nothing is sent for an event.

        with aiobpf.count("syscalls:sys_enter_*", by="comm") as counts:
            await asyncio.sleep(1)
            print(counts.top(10))        # [(b"bash", 4711), ...]

    events: names and patterns, as trace(). Those of one call share a table.
    by: one field or more, as Probe.fields; "event" is the event's name.
    options: where, pid, uid, cgroup, as Probe; keys: how many different ones there may be, 16,384; room: characters of
        a text in a key, 64.

    Raises what trace() raises. Detaching takes the kernel some 60 ms an event.
    """
    return Counts(_options(events, by, "", options))


def summarize(*events: str, value: str, by: str | Sequence[str] = "event", **options: Any) -> Summaries:
    """Sums a number up in the kernel, by a key: Summary(count, sum, least, most).

        with aiobpf.summarize("syscall:read", value="duration_ns", by="comm") as times: ...

    value: a number, a field as Probe.fields has them. The rest as count().
    """
    return Summaries(_options(events, by, value, options))


def hist(
    *events: str,
    value: str,
    by: str | Sequence[str] = "event",
    step: int | None = None,
    least: int = 0,
    steps: int = 64,
    **options: Any,
) -> Histograms:
    """Sorts a number into buckets in the kernel, by a key.

        with aiobpf.hist("syscall:read", value="duration_ns", by=()) as times:
            await asyncio.sleep(1)
            print(times.read()["syscall:read"])

    step: the width of a bucket, of which there are `steps`, from `least` on; by default buckets are powers of two, and
        negative values are in that of 0. The rest as summarize().
    """
    sorting: dict[str, Any] = {"sorted": "log2"}
    if step is not None:
        sorting = {
            "sorted": "linear",
            "step": _arguments.integer("step", step, 1, LARGEST_VALUE),
            "least": _arguments.integer("least", least, LEAST_VALUE, LARGEST_VALUE),
            "steps": _arguments.integer("steps", steps, 1, LARGEST_NUMBER),
        }
    return Histograms(_options(events, by or "event", value, options, **sorting))
