"""Reading without waiting, for those who give a processor."""

from __future__ import annotations

import dataclasses
from typing import Literal

from aiobpf import _arguments

#: Seconds, at most.
LONGEST = 60


@dataclasses.dataclass(frozen=True)
class Polling:
    """How a stream polls: wake=aiobpf.Polling(idle=0.1). wake="poll" is one with the defaults.

    pause: seconds between two looks; the processor is kept meanwhile.
    idle: after this many seconds without a record it waits for the next one, as others do, and then polls again.
    """

    pause: float = 0.0
    idle: float = 0.01


#: What `wake` takes; None: wait until the kernel tells, as `latency` says.
Wake = Literal["poll"] | Polling | None


def to_times(wake: Wake) -> tuple[float, float] | None:
    """Pause and idle time. Raises TypeError, ValueError."""
    if wake is None:
        return None
    if wake == "poll":
        wake = Polling()
    if not isinstance(wake, Polling):
        raise ValueError(f"wake is 'poll', an aiobpf.Polling or None, not {wake!r}")
    return (
        _arguments.real("wake.pause", wake.pause, 0, LONGEST),
        _arguments.real("wake.idle", wake.idle, 0, LONGEST),
    )
