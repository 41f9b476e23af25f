"""What a lookup by integers costs in Python: aiobpf's typed maps against libbpf by ctypes (baseline.py), in turn.

    bench_map_lookup.py [--quick] [--only PATTERN]

Prints a line of JSON a row.
"""

from __future__ import annotations

import argparse
import ctypes
import fnmatch
import json
import statistics
import time
from typing import Any

import aiobpf
import baseline

ENTRIES = 1024


def lookup_all(counts: Any) -> float:
    """Nanoseconds a lookup."""
    total = 0
    started = time.perf_counter_ns()
    for key in range(ENTRIES):
        total += counts[key]
    cost = (time.perf_counter_ns() - started) / ENTRIES
    if total != 3 * ENTRIES * (ENTRIES - 1) // 2:
        raise RuntimeError("a value was wrong")
    return cost


def update_all(counts: Any) -> float:
    """Nanoseconds an update."""
    started = time.perf_counter_ns()
    for key in range(ENTRIES):
        counts[key] = 3 * key
    return (time.perf_counter_ns() - started) / ENTRIES


ROWS = {"map_update/typed": update_all, "map_lookup/typed": lookup_all}


def measure(name: str, pairs: int) -> None:
    body = ROWS[name]
    costs: list[tuple[float, float]] = []
    with aiobpf.create_map("hash", key=ctypes.c_uint32, value=ctypes.c_uint64, max_entries=ENTRIES) as ours:
        theirs = baseline.Map(ours.fd)
        update_all(ours)
        for i in range(pairs + 2):
            if i % 2 == 0:
                costs.append((body(ours), body(theirs)))
            else:
                cost = body(theirs)
                costs.append((body(ours), cost))
    del costs[:2]  # warm-up
    our_median, their_median = (statistics.median(side) for side in zip(*costs, strict=True))
    row = {
        "name": name,
        "ours": round(our_median, 3),
        "baseline": round(their_median, 3),
        "baseline_name": "libbpf by ctypes",
        "unit": "ns/entry",
        "ratio": round(their_median / our_median, 3),
    }
    print(json.dumps(row), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    for name in ROWS:
        if fnmatch.fnmatchcase(name, f"*{arguments.only}*"):
            measure(name, 20 if arguments.quick else 500)


if __name__ == "__main__":
    main()
