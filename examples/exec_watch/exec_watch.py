"""Prints the machine's program executions as they happen, and at the end where every record went.

    exec_watch.py exec.bpf.o [--seconds N] [--json]

Where BPF is refused it says what lacks, and runs on a ring in its own memory, into which it reports the
programs that it starts itself.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import datetime
import json
import os
import signal
import struct
import sys
import time
from collections.abc import Callable
from typing import Any

import aiobpf

#: After so many seconds without an execution the demo starts a program itself.
IDLE_SECONDS = 1.0
#: How long printing what is left may take; what is not printed then is counted in the ledger.
DRAIN_SECONDS = 5.0
SHORT_PROGRAMS = (("/bin/true",), ("/bin/echo", "hello", "kernel"), ("/bin/sh", "-c", "exit 0"))

#: struct exec_event of exec.bpf.c: time_ns, pid, ppid, uid, args_size, comm, filename, args.
EXEC_EVENT = struct.Struct("=QIIII16s256s256s")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def printable(raw: bytes) -> str:
    """Text for a terminal: a program may be called anything, escape sequences too."""
    text = raw.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def fields(event: Any) -> dict[str, Any]:
    arguments = event.args[: event.args_size].rstrip(b"\0").split(b"\0")
    since = time.clock_gettime_ns(time.CLOCK_REALTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    moment = datetime.datetime.fromtimestamp((event.time_ns + since) / 1e9)
    return {
        "time": moment.isoformat(timespec="microseconds"),
        "pid": event.pid,
        "ppid": event.ppid,
        "uid": event.uid,
        "comm": printable(event.comm),
        "filename": printable(event.filename),
        "args": [printable(argument) for argument in arguments],
    }


def print_event(event: Any, as_json: bool) -> None:
    it = fields(event)
    if as_json:
        print(json.dumps(it), flush=True)
    else:
        print(
            f"{it['time'][11:]} {it['pid']:>7} {it['ppid']:>7} {it['uid']:>5} {it['comm']:<15} "
            f"{it['filename']}  {' '.join(it['args'])}",
            flush=True,
        )


def print_ledger(ledger: aiobpf.Ledger, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"ledger": dataclasses.asdict(ledger)}), flush=True)
        return
    lost = ", ".join(f"{cause} {count}" for cause, count in ledger.lost().items())
    print(f"\nledger: seen {ledger.seen}, delivered {ledger.delivered}, lost: {lost}; ", end="")
    print("every record is accounted for" if ledger.balances() else f"THE SUMS DIFFER: {ledger}", flush=True)


async def start_programs(idle: Callable[[], float], report: Callable[[int, tuple[str, ...]], None]) -> None:
    """Starts a short program whenever there was nothing to see for a while."""
    for i in range(1 << 62):
        await asyncio.sleep(max(IDLE_SECONDS - idle(), 0.05))
        if idle() < IDLE_SECONDS:
            continue
        command = SHORT_PROGRAMS[i % len(SHORT_PROGRAMS)]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        report(process.pid, command)
        await process.wait()


async def watch(
    rb: aiobpf.BpfRingBuffer,
    seconds: float,
    as_json: bool,
    report: Callable[[int, tuple[str, ...]], None],
    no_more: Callable[[], None],
) -> aiobpf.Ledger:
    """Prints events for a time, then what is left; `no_more` ends the emitting."""
    last = time.monotonic()

    async def print_all() -> None:
        nonlocal last
        async for event in rb:
            last = time.monotonic()
            print_event(event, as_json)

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with rb:
        printing = asyncio.create_task(print_all())
        starting = asyncio.create_task(start_programs(lambda: time.monotonic() - last, report))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({printing, stopping}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        starting.cancel()
        stopping.cancel()
        no_more()
        if not printing.done():
            await rb.drain(DRAIN_SECONDS)
        rb.close()
        await printing
    return rb.statistics()


def watch_kernel(path: str, seconds: float, as_json: bool) -> aiobpf.Ledger:
    with aiobpf.load(path) as obj:
        link = obj.program("on_exec").attach()
        rb = aiobpf.BpfRingBuffer(obj.maps["events"], event_type="exec_event", latency=0.001)
        say(f"watching program executions for {seconds:g} s")
        return asyncio.run(watch(rb, seconds, as_json, lambda *_: None, link.detach))


def watch_memory(path: str, seconds: float, as_json: bool) -> aiobpf.Ledger:
    ring = aiobpf.MemoryRing(1 << 20)

    def report(pid: int, command: tuple[str, ...]) -> None:
        path = os.fsencode(command[0])
        arguments = b"\0".join(map(os.fsencode, command)) + b"\0"
        name = os.path.basename(path)
        me, now = os.getpid(), time.monotonic_ns()
        ring.emit(EXEC_EVENT.pack(now, pid, me, os.getuid(), len(arguments), name, path, arguments))

    rb = aiobpf.BpfRingBuffer(ring, event_type=aiobpf.open(path).event_type("exec_event"))
    say(f"instead: the same program on a ring in memory, with the programs it starts itself, for {seconds:g} s")
    return asyncio.run(watch(rb, seconds, as_json, report, lambda: None))


def main() -> int:
    parser = argparse.ArgumentParser(description="print program executions as they happen")
    parser.add_argument("object", help="the compiled exec.bpf.o")
    parser.add_argument("--seconds", type=float, default=10, metavar="N", help="how long (10)")
    parser.add_argument("--json", action="store_true", help="one object a line, the ledger last")
    options = parser.parse_args()
    if not 0 < options.seconds < 1e6:
        parser.error("--seconds takes a positive number")

    try:
        ledger = watch_kernel(options.object, options.seconds, options.json)
    except aiobpf.BpfLoadError as error:
        if error.errno == 2:  # no such file: nothing can run
            say(f"error: {error}")
            return 1
        say(f"BPF is refused here: {error}")
        ledger = watch_memory(options.object, options.seconds, options.json)
    except aiobpf.BpfError as error:
        say(f"BPF is refused here: {error}")
        ledger = watch_memory(options.object, options.seconds, options.json)
    print_ledger(ledger, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
