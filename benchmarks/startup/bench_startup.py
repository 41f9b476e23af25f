"""From a process's start to the first event that a program of its own saw: compiled there and then, and from the cache.

    bench_startup.py [--quick] [--only PATTERN]

Prints a line of JSON a row. The baseline is Python-BPF, where AIOBPF_PYTHONBPF names an interpreter that has it (0.1.4,
with llvmlite < 0.46 and an `llc` of LLVM 17 or newer in PATH); else clang's own time for the same C.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from aiobpf.compiler import clang, to_c, tracefs

HERE = pathlib.Path(__file__).parent
ROWS = ("startup/compiled_python", "startup/compiled_python/cached")


def until_first_line(command: list[str], environment: dict[str, str], skip: int = 0) -> float:
    """Milliseconds until a program prints a number, after `skip` lines of other things."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        assert child.stdout is not None
        for _ in range(skip + 1):
            line = child.stdout.readline()
        took = time.perf_counter() - started
        child.stdout.read()
    if child.returncode != 0 or not line.strip().isdigit():
        raise RuntimeError(f"{command[-1]} failed: {line!r}")
    return took * 1000


def ours(folder: str) -> float:
    return until_first_line([sys.executable, str(HERE / "ours.py")], {**os.environ, "AIOBPF_CACHE_DIR": folder})


def python_bpf() -> tuple[str, Callable[[], float]]:
    """What we are compared with."""
    if interpreter := os.environ.get("AIOBPF_PYTHONBPF"):
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        return "Python-BPF", lambda: until_first_line([interpreter, str(HERE / "theirs.py")], environment)
    source = program()
    return "clang alone, for the same C", lambda: compile_c(source)


def program() -> str:
    """The C of ours.py, which is not run."""
    from importlib.util import module_from_spec, spec_from_file_location

    text = (HERE / "ours.py").read_text().split("with aiobpf.compile")[0]
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(text)
        file.flush()
        spec = spec_from_file_location("startup_program", file.name)
        assert spec is not None and spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return to_c(module.hello)


def compile_c(source: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        clang.compile_c(source, pathlib.Path(folder, "object"))
        return (time.perf_counter() - started) * 1000


def measure(name: str, rounds: int, baseline_name: str, baseline: Callable[[], float]) -> None:
    """In turn; the medians."""
    our_times, their_times = [], []
    with tempfile.TemporaryDirectory() as kept:
        for _ in range(rounds + 1):
            with tempfile.TemporaryDirectory() as fresh:
                our_times.append(ours(kept if name.endswith("/cached") else fresh))
            their_times.append(baseline())
    our_median, their_median = statistics.median(our_times[1:]), statistics.median(their_times[1:])  # without warm-up
    row = {
        "name": name,
        "ours": round(our_median, 3),
        "baseline": round(their_median, 3),
        "baseline_name": baseline_name,
        "unit": "ms",
        "ratio": round(their_median / our_median, 3),
    }
    print(json.dumps(row), flush=True)


def with_tracefs() -> None:
    """Where tracefs is not mounted: starts again in a mount namespace of this process alone, in which it is."""
    if tracefs.folder() is not None:
        return
    mounted = 'mount -t tracefs tracefs /sys/kernel/tracing && exec "$0" "$@"'
    os.execvp("unshare", ["unshare", "--mount", "sh", "-c", mounted, sys.executable, *sys.argv])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    with_tracefs()
    baseline_name, baseline = python_bpf()
    for name in ROWS:
        if fnmatch.fnmatchcase(name, f"*{arguments.only}*"):
            measure(name, 3 if arguments.quick else 21, baseline_name, baseline)


if __name__ == "__main__":
    main()
