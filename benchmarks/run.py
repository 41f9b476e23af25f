"""Runs the benchmarks of the release build; called by scripts/bench, which has built them.

Each program prints its rows as lines of JSON. A row compares us with a baseline that was measured in the same
run, in turn; its ratio says how many times better we are, and floors.json how much that is to be at least.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parent
BUILD = SOURCE.parent / "build" / "release"
PROGRAMS = ("ring_drain", "stream", "sources", "wake", "traced_cost", "maps", "probe_cost")

Row = dict[str, Any]


def commands() -> Iterator[list[str]]:
    for program in PROGRAMS:
        yield [str(BUILD / "benchmarks" / f"bench_{program}")]
    object_file = BUILD / "benchmarks" / "bench.bpf.o"
    yield [sys.executable, str(SOURCE / "async_for" / "bench_async_for.py"), str(object_file)]
    yield [sys.executable, str(SOURCE / "map_lookup" / "bench_map_lookup.py")]
    yield [sys.executable, str(SOURCE / "startup" / "bench_startup.py")]
    yield [sys.executable, str(SOURCE / "startup" / "bench_probe.py"), str(BUILD / "benchmarks" / "probe_startup")]


def rows_of(command: list[str]) -> Iterator[Row]:
    """Raises CalledProcessError when the program failed; what it said is on stderr."""
    environment = {**os.environ, "PYTHONPATH": str(BUILD / "python")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as program:
        assert program.stdout is not None
        for line in program.stdout:
            yield json.loads(line)
    if program.returncode != 0:
        raise subprocess.CalledProcessError(program.returncode, command)


def table_line(row: Row, floor: float | None) -> str:
    verdict = "" if floor is None else "PASS" if row["ratio"] >= floor else "BELOW"
    return (
        f"{row['name']:<27} {row['ours']:>10.2f} {row['baseline']:>10.2f} {row['unit']:<9}"
        f" {row['ratio']:>7.2f} {'-' if floor is None else format(floor, 'g'):>6}  {verdict:<5}  {row['baseline_name']}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Builds the release preset and measures it.")
    parser.add_argument("--quick", action="store_true", help="few and short measurements: do they run at all")
    parser.add_argument("--only", metavar="PATTERN", help="rows whose name has it; a shell pattern")
    parser.add_argument("--json", metavar="FILE", type=Path, help="where to write the rows, as a list")
    parser.add_argument("--check", action="store_true", help="exit status 1 when a row is below its floor")
    arguments = parser.parse_args()

    floors: dict[str, float] = json.loads((SOURCE / "floors.json").read_text())
    options = ["--quick"] if arguments.quick else []
    if arguments.only is not None:
        options += ["--only", arguments.only]

    rows: list[Row] = []
    failed = False
    heads = ("ours", "baseline", "", "ratio", "floor")
    print("{:<27} {:>10} {:>10} {:<9} {:>7} {:>6}  {:<5}  against".format("", *heads, ""), flush=True)
    for command in commands():
        try:
            for row in rows_of(command + options):
                rows.append(row)
                print(table_line(row, floors.get(row["name"])), flush=True)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"{Path(command[-1]).name}: {error}", file=sys.stderr)
            failed = True

    if arguments.json is not None:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n")
    if not rows and not failed:
        print(f"no row's name has {arguments.only!r} in it", file=sys.stderr)
        failed = True
    below = [row["name"] for row in rows if row["ratio"] < floors.get(row["name"], 0)]
    return 1 if failed or (arguments.check and below) else 0


if __name__ == "__main__":
    sys.exit(main())
