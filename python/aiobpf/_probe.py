"""What a probe is to tell, and when."""

from __future__ import annotations

import dataclasses
import os
import types
from collections.abc import Sequence
from typing import Any

from aiobpf import _aiobpf, _arguments

#: Characters of a text, and of bytes, that a record takes by default.
ROOM = 256

#: Bytes of the ring of each probe, by default.
RING_BYTES = 256 * 1024

LARGEST_ROOM = 16 * 1024
LARGEST_RING = 1 << 30
LARGEST_NUMBER = (1 << 32) - 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class Probe:
    """An event of the kernel, what is recorded of it, and which of it are; for trace() and count().

        aiobpf.Probe("syscalls:sys_enter_openat", fields=["filename", "parent=task.real_parent.tgid"], pid=42)

    event: "category:name", as `python -m aiobpf list` shows them; with `*` and `?` all that match.
    fields: what is recorded beside the header (time_ns, pid, tid, uid, gid, cgroup, comm, cpu): fields of the event;
        paths from `task`, the thread's struct task_struct in the kernel's BTF; "name=path" calls it otherwise; "*" is
        all of the event. By default all of the event. One that is called as a part of the header, or `event`, is
        `arg_<name>`.
    where: a filter that runs in the kernel: "pid == 42 and comm != 'sshd'", "flags & 0x40 or uid in (0, 1000)",
        "not filename == '/etc/passwd'". What it leaves out costs the traced program next to nothing.
    pid, uid, cgroup: of these alone; a cgroup by its number or its folder in cgroup2.
    sample: one in N, at random. per_second: at most N in a second. Both count what they leave out.
    room: characters of a text, and of bytes of no fixed number, that are recorded; `e.truncated` names those that had
        more, `e.unreadable` those whose memory could not be read.
    ring_bytes: of the kernel's ring, a power of two, a multiple of the page size.
    """

    event: str = dataclasses.field(kw_only=False)
    fields: Sequence[str] = ()
    where: str = ""
    pid: int | None = None
    uid: int | None = None
    cgroup: int | str | os.PathLike[str] | None = None
    sample: int = 1
    per_second: int = 0
    room: int = ROOM
    ring_bytes: int = RING_BYTES

    def _checked(self) -> list[types.SimpleNamespace]:
        """What the module takes, one for each event that the pattern matches. Raises TypeError, ValueError,
        BpfNotFoundError."""
        if isinstance(self.fields, (str, bytes)):
            raise TypeError(f"fields is a sequence of names, as [{self.fields!r}]")
        options: dict[str, Any] = {
            "fields": [_arguments.text("fields", name) for name in self.fields],
            "where": _arguments.text("where", self.where),
            "pid": _optional("pid", self.pid, LARGEST_NUMBER),
            "uid": _optional("uid", self.uid, LARGEST_NUMBER),
            "cgroup": _optional("cgroup", _cgroup_number(self.cgroup), (1 << 64) - 1),
            "sample": _arguments.integer("sample", self.sample, 1, LARGEST_NUMBER),
            "per_second": _arguments.integer("per_second", self.per_second, 0, LARGEST_NUMBER),
            "room": _arguments.integer("room", self.room, 1, LARGEST_ROOM),
            "ring_bytes": _arguments.integer("ring_bytes", self.ring_bytes, 4096, LARGEST_RING),
        }
        if options["ring_bytes"].bit_count() != 1:
            raise ValueError(f"ring_bytes must be a power of two, not {self.ring_bytes}")
        return [types.SimpleNamespace(event=name, **options) for name in matching(self.event)]


def matching(event: str) -> list[bytes]:
    """An event, or those that a pattern matches. Raises BpfNotFoundError, BpfExpressionError."""
    name = _arguments.text("event", event)
    if not any(letter in event for letter in "*?["):
        return [name]
    return [found.encode() for found in _aiobpf.matching_events(name)]


def _optional(name: str, value: Any, most: int) -> int | None:
    return None if value is None else _arguments.integer(name, value, 0, most)


def _cgroup_number(value: int | str | os.PathLike[str] | None) -> int | None:
    """The kernel's number of a version 2 control group is its folder's inode."""
    return os.stat(value).st_ino if isinstance(value, (str, os.PathLike)) else value
