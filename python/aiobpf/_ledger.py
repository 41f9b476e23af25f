"""The account of every record."""

from __future__ import annotations

import dataclasses
from typing import Any

from aiobpf import _aiobpf

# Made from the module's tables: a cause of loss is named there, once for C++, Python and whatever prints it. What type
# checkers see is _ledger.pyi, which tests/python/test_ledger.py compares with the tables.
_FLAGS = ("counted", "settling")

#: The causes of loss: name -> what happened.
CAUSES: dict[str, str] = {name: meaning for name, meaning, _ in _aiobpf.causes_of_loss}
_BY_PROGRAM = tuple(name for name, _, by_program in _aiobpf.causes_of_loss if by_program)
_BY_CONSUMER = tuple(name for name in CAUSES if name not in _BY_PROGRAM)


def _balances(self: Any) -> bool:
    """Whether the three sums hold.

    assert rb.verify().balances()
    """
    return bool(
        self.seen == self.submitted + self.discarded + sum(getattr(self, name) for name in _BY_PROGRAM)
        and self.submitted == self.received + self.unread
        and self.received == self.delivered + self.queued + sum(getattr(self, name) for name in _BY_CONSUMER)
    )


def _lost(self: Any) -> dict[str, int]:
    """What was lost, by cause: `{"ring_full": 3, ...}`.

    print(rb.statistics().lost())
    """
    return {name: getattr(self, name) for name in CAUSES}


Ledger = dataclasses.make_dataclass(
    "Ledger",
    [(name, bool) for name in _FLAGS] + [(name, int) for name in (*_aiobpf.ledger_counts, *CAUSES)],
    frozen=True,
    namespace={"balances": _balances, "lost": _lost, "__module__": __name__},
)
Ledger.__doc__ = f"""Where every record went: the counts at one moment. Numbers of records, except for bytes and missed.

    seen      == submitted + discarded + {" + ".join(_BY_PROGRAM)}     the BPF program's side
    submitted == received + unread                                     the ring
    received  == delivered + queued + {" + ".join(_BY_CONSUMER)}       this process

counted: whether the BPF side counts (rings made with AIOBPF_RING of aiobpf.bpf.h, and MemoryRing); if
    not, what was lost in the kernel is unknown, and `seen` is what the ring held.
settling: the ring was taken over from another reader while programs emitted, and it is not known yet which
    of the counted records are whose: `seen` and `submitted` are provisional. Settled later, for the past as well.
seen: attempts to emit a record.
submitted: records that reached the ring.
discarded: given back by the BPF program itself; not a loss.
received: taken out of the ring.
unread: still in the ring, reserved ones included; they stay there for its next reader.
delivered: handed to your code.
queued: received, and not yet handed to your code.
bytes: ring space received, headers and padding included.
missed: runs of the ring's programs that the kernel skipped because they would have interrupted themselves, up to
    the last verify(); beside the sums.
{chr(10).join(f"{name}: lost: {meaning}." for name, meaning in CAUSES.items())}

A record that a program has reserved and not yet submitted is unread; sums taken while programs run may differ by those.
"""
