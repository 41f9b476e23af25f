"""The account of every record."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Ledger:
    """Where every record went: the counts at one moment. All are numbers of records, but for bytes.

        seen      == submitted + discarded + ring_full + oversize     the BPF program's side
        submitted == received + unread                                the ring
        received  == delivered + queued + dropped_at_close            our side

    counted: whether the BPF side counts (rings made with AIOBPF_RING of aiobpf.bpf.h, and MemoryRing); if
        not, what was lost in the kernel is unknown, and `seen` is what the ring held.
    settling: the ring was taken over from another reader while programs emitted, and it is not known yet which
        of the counted records are whose: `seen` and `submitted` are provisional. Settled later, for the past as well.
    seen: attempts to emit a record.
    submitted: records that reached the ring.
    discarded: given back by the BPF program itself; not a loss.
    ring_full: lost, because the ring had no room.
    oversize: lost, because the record is larger than the ring.
    received: taken out of the ring.
    unread: still in the ring; they stay there for its next reader.
    delivered: handed to your code.
    queued: received, and not yet handed to your code.
    dropped_at_close: lost: received, and not handed over when the buffer was closed.
    bytes: ring space received, headers and padding included.

    A record that is reserved and not yet submitted is `seen` and nothing else: sums taken while programs run
    may differ by those.
    """

    counted: bool
    settling: bool
    seen: int
    submitted: int
    discarded: int
    ring_full: int
    oversize: int
    received: int
    unread: int
    delivered: int
    queued: int
    dropped_at_close: int
    bytes: int

    def balances(self) -> bool:
        """Whether the three sums hold."""
        return (
            self.seen == self.submitted + self.discarded + self.ring_full + self.oversize
            and self.submitted == self.received + self.unread
            and self.received == self.delivered + self.queued + self.dropped_at_close
        )

    def lost(self) -> dict[str, int]:
        """What was lost, by cause."""
        causes = ("ring_full", "oversize", "dropped_at_close")
        return {cause: getattr(self, cause) for cause in causes}
