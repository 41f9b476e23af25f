"""The kernel's trace pipe."""

from __future__ import annotations

import re
from typing import TextIO

from aiobpf._errors import BpfUnsupportedError
from aiobpf.compiler import tracefs

_LINE = re.compile(r"\s*(.*?)-(\d+)\s+\[(\d+)\]\s+(\S+)\s+([\d.]+):\s+(?:bpf_trace_printk:\s+)?(.*)")
_pipe: TextIO | None = None


def _open() -> TextIO:
    global _pipe
    if _pipe is None:
        folder = tracefs.folder()
        if folder is None:
            raise BpfUnsupportedError("tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing")
        _pipe = (folder / "trace_pipe").open(errors="replace")
    return _pipe


def trace_pipe() -> None:
    """Prints what programs print, until it is interrupted."""
    try:
        for line in _open():
            print(line, end="", flush=True)
    except KeyboardInterrupt:
        pass


def parse_line(line: str) -> tuple[str, int, int, str, float, str]:
    """Task, pid, cpu, flags, time and message of a line. Raises ValueError."""
    found = _LINE.fullmatch(line.rstrip("\n"))
    if found is None:
        raise ValueError(f"this is not a line of the trace pipe: {line!r}")
    task, pid, cpu, flags, time, message = found.groups()
    return task, int(pid), int(cpu), flags, float(time), message


def trace_fields() -> tuple[str, int, int, str, float, str]:
    """The next line that programs print: task, pid, cpu, flags, time, message."""
    return parse_line(_open().readline())
