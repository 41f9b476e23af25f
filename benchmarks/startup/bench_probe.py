"""From a process's start to the first event that its probe saw, in Python and C++; beside bpftrace with the same probe.

    bench_probe.py <the C++ program> [--quick] [--only PATTERN]

Prints a line of JSON a row. The baseline is bpftrace, where it is in PATH.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import shutil
import sys

from bench_startup import HERE, until_first_line, with_tracefs

ROWS = {"startup/probe_python": [sys.executable, str(HERE / "probe.py")]}

# bpftrace opens files itself once it is attached; then it is over.
THEIRS = """tracepoint:syscalls:sys_enter_openat /pid == cpid/ {
    printf("%d\\n", pid); printf("%llu %d %d %d %s %d %d %s %d %d\\n", nsecs, tid, uid, gid, comm, cpu, args->dfd,
    str(args->filename), args->flags, args->mode); exit(); }"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    with_tracefs()
    ROWS["startup/probe_cpp"] = [arguments.program]
    bpftrace = shutil.which("bpftrace")
    if bpftrace is None:
        print("bench_probe: bpftrace is not installed: ./scripts/setup develop", file=sys.stderr)
        return 1
    theirs = [bpftrace, "-B", "line", "-e", THEIRS, "-c", "/bin/cat /"]
    for name, ours in ROWS.items():
        if fnmatch.fnmatchcase(name, f"*{arguments.only}*"):
            measure(name, 3 if arguments.quick else 21, ours, theirs)
    return 0


def measure(name: str, rounds: int, ours: list[str], theirs: list[str]) -> None:
    """In turn; the medians."""
    times: dict[str, list[float]] = {"ours": [], "baseline": []}
    for _ in range(rounds + 1):
        times["ours"].append(until_first_line(ours, dict(os.environ)))
        times["baseline"].append(until_first_line(theirs, {**os.environ, "BPFTRACE_STRLEN": "64"}, skip=1))
    medians = {side: sorted(all_[1:])[rounds // 2] for side, all_ in times.items()}
    row = {
        "name": name,
        **{side: round(value, 3) for side, value in medians.items()},
        "baseline_name": "bpftrace, the same probe",
        "unit": "ms",
        "ratio": round(medians["baseline"] / medians["ours"], 3),
    }
    print(json.dumps(row), flush=True)


if __name__ == "__main__":
    sys.exit(main())
