import dataclasses

CAUSES: dict[str, str]

@dataclasses.dataclass(frozen=True)
class Ledger:
    counted: bool
    settling: bool
    seen: int
    submitted: int
    discarded: int
    received: int
    unread: int
    delivered: int
    queued: int
    bytes: int
    missed: int
    ring_full: int
    contended: int
    oversize: int
    sampled: int
    limited: int
    unpaired: int
    unknown_type: int
    too_short: int
    too_long: int
    skipped: int
    dropped_at_close: int

    def balances(self) -> bool: ...
    def lost(self) -> dict[str, int]: ...
