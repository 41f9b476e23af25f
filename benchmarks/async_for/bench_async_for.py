"""What `async for` costs an event: aiobpf against libbpf by ctypes (baseline.py), in one process, in turn.

    bench_async_for.py [--quick] [--only PATTERN] bench.bpf.o

Prints a line of JSON a row. The ring is filled before the clock starts.
"""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import fnmatch
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiobpf
import baseline

EVENTS = 10_000  # of 40 bytes, which the ring of bench.bpf.c has room for


class Event(ctypes.Structure):
    """struct event of bench.bpf.c."""

    _fields_ = [
        ("sequence", ctypes.c_uint64),
        ("nanoseconds", ctypes.c_uint64),
        ("pid", ctypes.c_uint32),
        ("cpu", ctypes.c_uint32),
        ("comm", ctypes.c_char * 16),
    ]


class FillArgs(ctypes.Structure):
    """struct fill_args of bench.bpf.c."""

    _fields_ = [
        ("sequence", ctypes.c_uint64),
        ("seed", ctypes.c_uint64),
        ("count", ctypes.c_uint32),
        ("size", ctypes.c_uint32),
    ]


def fill(run: Callable[[FillArgs], Any]) -> None:
    """Emits EVENTS events with the sequence numbers 0, 1, ..."""
    args = FillArgs(sequence=0, seed=1, count=EVENTS, size=ctypes.sizeof(Event))
    run(args)
    if args.sequence != EVENTS:
        raise RuntimeError(f"{args.sequence} of {EVENTS} events found room in the ring")


async def take_all(events: Any) -> float:
    """Nanoseconds an event; the body does nothing but count them."""
    left = EVENTS
    started = time.perf_counter_ns()
    async for event in events:  # noqa: B007
        left -= 1
        if not left:
            break
    cost = (time.perf_counter_ns() - started) / EVENTS
    if int.from_bytes(event[:8], "little") != EVENTS - 1:
        raise RuntimeError("events are missing")
    return cost


async def read_all(events: Any) -> float:
    """Nanoseconds an event; the body reads two fields."""
    left = EVENTS
    started = time.perf_counter_ns()
    async for event in events:
        sequence = event.sequence
        pid = event.pid
        left -= 1
        if not left:
            break
    cost = (time.perf_counter_ns() - started) / EVENTS
    if sequence != EVENTS - 1 or pid != sequence:
        raise RuntimeError("events are missing")
    return cost


async def measure(
    name: str, path: str, ours: Any, theirs: type[Any], body: Callable[[Any], Awaitable[float]], pairs: int
) -> None:
    our_object = aiobpf.load(path)
    their_object = baseline.Object(path)
    our_events = aiobpf.BpfRingBuffer(our_object.maps["events"], event_type=ours, driver="inline")
    their_events = baseline.RingBuffer(their_object.map_fd("events"), theirs)

    async def our_cost() -> float:
        fill(our_object.program("fill").run)
        return await body(our_events)

    async def their_cost() -> float:
        fill(lambda args: their_object.run("fill", args))
        return await body(their_events)

    costs: list[tuple[float, float]] = []
    try:
        for i in range(pairs + 2):
            if i % 2 == 0:
                costs.append((await our_cost(), await their_cost()))
            else:
                cost = await their_cost()
                costs.append((await our_cost(), cost))
    finally:
        our_events.close()
        their_events.close()
        our_object.close()
        their_object.close()
    del costs[:2]  # warm-up
    our_median = statistics.median(cost for cost, _ in costs)
    their_median = statistics.median(cost for _, cost in costs)
    row = {
        "name": name,
        "ours": round(our_median, 3),
        "baseline": round(their_median, 3),
        "baseline_name": "libbpf by ctypes, an iterator in Python",
        "unit": "ns/event",
        "ratio": round(their_median / our_median, 3),
    }
    print(json.dumps(row), flush=True)


ROWS: dict[str, tuple[Any, type[Any], Callable[[Any], Awaitable[float]]]] = {
    "async_for/bytes": (bytes, bytes, take_all),
    "async_for/typed": ("event", Event, read_all),
    "async_for/ctypes": (Event, Event, read_all),
}


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("object")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {0})
    for name, (ours, theirs, body) in ROWS.items():
        if fnmatch.fnmatchcase(name, f"*{arguments.only}*"):
            await measure(name, arguments.object, ours, theirs, body, 5 if arguments.quick else 51)


if __name__ == "__main__":
    asyncio.run(main())
