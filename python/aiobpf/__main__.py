"""python -m aiobpf: events of the kernel, from the command line.

python -m aiobpf list 'sched:*' --fields
python -m aiobpf trace syscall:openat --where 'ret < 0'
python -m aiobpf count 'syscalls:sys_enter_*' --by comm --seconds 5
python -m aiobpf hist syscall:read --value duration_ns
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any

from aiobpf import _aiobpf
from aiobpf._count import Histogram, Summary, count, hist, summarize
from aiobpf._errors import BpfError
from aiobpf._probe import Probe
from aiobpf._trace import Trace, trace

LONGEST = 1e9  # seconds


def shown(value: Any) -> str:
    """A value for a terminal: what could do something there is escaped."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    if isinstance(value, tuple):
        return " ".join(map(shown, value))
    text = str(value)
    return text if text.isprintable() and text else repr(text)


def plain(value: Any) -> Any:
    """A value for JSON; bytes that are not UTF-8 are escaped."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return list(map(plain, value))
    if isinstance(value, Summary):
        return {"count": value.count, "sum": value.sum, "least": value.least, "most": value.most}
    if isinstance(value, Histogram):
        return {**plain(value.summary), "buckets": [[*limits, number] for limits, number in value.buckets.items()]}
    return value


def list_events(arguments: argparse.Namespace) -> None:
    """The events that a pattern matches, and with --fields what their records have."""
    pattern = arguments.pattern if ":" in arguments.pattern else f"*:{arguments.pattern}"
    for name in _aiobpf.matching_events(pattern.encode()):
        print(name)
        if arguments.fields:
            (options,) = Probe(name, ring_bytes=1 << 20)._checked()
            for field, _, _, its in _aiobpf.event_record(options).fields:
                print(f"    {its} {field}")


async def trace_events(arguments: argparse.Namespace, stop: asyncio.Event) -> None:
    """A line an event, until --seconds or --events are over, or Ctrl-C; what was lost goes to stderr."""
    options = filters(arguments) | {
        "fields": arguments.field,
        "sample": arguments.sample,
        "per_second": arguments.per_second,
        "room": arguments.room,
    }
    with contextlib.closing(trace(*arguments.event, latency=0.001, **options)) as events:
        printing = asyncio.ensure_future(print_events(events, arguments))
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait([printing, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in (printing, stopping):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await printing
        lost = {cause: number for cause, number in events.verify().lost().items() if number}
    for cause, number in lost.items():
        print(f"{number} lost: {cause}", file=sys.stderr)


async def print_events(events: Trace, arguments: argparse.Namespace) -> None:
    left = arguments.events
    async for event in events:
        fields = {name: value for name, value in event._asdict().items() if not name.endswith("_bits")}
        for problem in ("truncated", "unreadable"):
            if names := getattr(event, problem):
                fields[problem] = names
        if arguments.json:
            print(json.dumps({"event": event.event, **plain(fields)}), flush=True)
        else:
            print(event.event, *(f"{name}={shown(value)}" for name, value in fields.items()), flush=True)
        left -= 1
        if left == 0:
            return


async def count_events(arguments: argparse.Namespace, stop: asyncio.Event) -> None:
    """The largest counts, at the end or each --every seconds."""
    if arguments.value:
        table: Any = summarize(*arguments.event, value=arguments.value, by=keys(arguments), **filters(arguments))
    else:
        table = count(*arguments.event, by=keys(arguments), **filters(arguments))
    await print_table(table, arguments, stop, lambda key, value: print(f"{summary(value):>12} {shown(key)}"))


async def count_buckets(arguments: argparse.Namespace, stop: asyncio.Event) -> None:
    """Histograms, at the end or each --every seconds."""
    sorting = {"step": arguments.step, "least": arguments.least, "steps": arguments.steps}
    table = hist(*arguments.event, value=arguments.value, by=keys(arguments), **sorting, **filters(arguments))
    await print_table(table, arguments, stop, lambda key, value: print(f"{shown(key)}\n{value}\n"))


def summary(value: int | Summary) -> str:
    if isinstance(value, int):
        return str(value)
    return f"count={value.count} sum={value.sum} least={value.least} most={value.most} mean={value.mean:.1f}"


async def print_table(
    table: Any, arguments: argparse.Namespace, stop: asyncio.Event, show: Callable[[Any, Any], None]
) -> None:
    with table:
        over = False
        while not over:
            over = await stopped(stop, arguments.every or LONGEST)
            rows = table.top(arguments.top)
            if arguments.json:
                print(json.dumps([{"key": plain(key), "value": plain(value)} for key, value in rows]), flush=True)
            else:
                for key, value in rows:
                    show(key, value)
                if arguments.every:
                    print(flush=True)
        if lost := table.lost():
            print(f"{lost} lost: no room for more keys", file=sys.stderr)


async def stopped(stop: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


def keys(arguments: argparse.Namespace) -> list[str]:
    return arguments.by or ["event"]


def filters(arguments: argparse.Namespace) -> dict[str, Any]:
    cgroup = arguments.cgroup
    if cgroup is not None and cgroup.isdigit():
        cgroup = int(cgroup)
    return {"where": arguments.where, "pid": arguments.pid, "uid": arguments.uid, "cgroup": cgroup}


async def until_stopped(arguments: argparse.Namespace) -> None:
    """Runs a verb, and tells it to stop after --seconds, or at Ctrl-C."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if arguments.seconds:
        loop.call_later(arguments.seconds, stop.set)
    await arguments.run(arguments, stop)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m aiobpf", description="Events of the kernel, without a compiler.")
    verbs = made.add_subparsers(required=True, metavar="VERB")

    listing = verbs.add_parser("list", help="the events that there are")
    listing.add_argument("pattern", nargs="?", default="*:*", help="as 'sched:*'; without a category in all of them")
    listing.add_argument("--fields", action="store_true", help="what a record of each has")
    listing.set_defaults(list=list_events)

    tracing = verb(verbs, "trace", trace_events, "prints each event")
    tracing.add_argument("--field", action="append", default=[], help="as filename, ppid=task.real_parent.tgid, *")
    tracing.add_argument("--sample", type=int, default=1, metavar="N", help="one in N")
    tracing.add_argument("--per-second", type=int, default=0, metavar="N", help="at most N a second")
    tracing.add_argument("--room", type=int, default=256, metavar="N", help="characters of a text")
    tracing.add_argument("--events", type=int, default=0, metavar="N", help="ends after N")

    counting = verb(verbs, "count", count_events, "counts events in the kernel")
    counting.add_argument("--value", default="", help="a number that is summed up")
    buckets = verb(verbs, "hist", count_buckets, "sorts a number into buckets in the kernel")
    buckets.add_argument("--value", required=True, help="the number, as duration_ns")
    buckets.add_argument("--step", type=int, help="the width of a bucket; by default powers of two")
    buckets.add_argument("--least", type=int, default=0, help="where buckets begin")
    buckets.add_argument("--steps", type=int, default=64, help="how many buckets")
    for one in (counting, buckets):
        one.add_argument("--by", action="append", default=[], help="a field of the key; by default the event")
        one.add_argument("--every", type=float, default=0, metavar="S", help="prints each S seconds")
        one.add_argument("--top", type=int, default=20, metavar="N", help="the N largest")
    return made


def verb(verbs: Any, name: str, run: Callable[..., Any], text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = verbs.add_parser(name, help=text)
    made.add_argument("event", nargs="+", help="as syscall:openat, sched:sched_process_exec, 'sched:*'")
    made.add_argument("--where", default="", help="a filter in the kernel: \"pid == 42 and comm != 'sshd'\"")
    made.add_argument("--pid", type=int, help="of this process alone")
    made.add_argument("--uid", type=int, help="of this user alone")
    made.add_argument("--cgroup", help="of this control group alone: its folder, or its number")
    made.add_argument("--seconds", type=float, default=0, metavar="S", help="ends after S seconds")
    made.add_argument("--json", action="store_true", help="JSON, a line each")
    made.set_defaults(run=run)
    return made


def main(given: Iterable[str] | None = None) -> int:
    arguments = parser().parse_args(None if given is None else list(given))
    try:
        if hasattr(arguments, "list"):
            arguments.list(arguments)
        else:
            asyncio.run(until_stopped(arguments))
    except (BpfError, ValueError, OSError) as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # as `head` does: no more is wanted
            return 0
        print(f"python -m aiobpf: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
