"""The demo's program, as users run it: real executions, compared with programs that the test starts."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiobpf
import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DEMO = REPOSITORY / "examples" / "exec_watch" / "exec_watch.py"
BUILD = pathlib.Path(os.environ["AIOBPF_BPF_OBJECT_DIR"]).parents[1]
OBJECT = BUILD / "examples" / "exec_watch" / "exec.bpf.o"

#: A name that would turn the terminal red and fake a second line.
NASTY = "new\nline\x1b[31mred"


@contextmanager
def demo(*arguments: str, without_bpf: bool = False) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(DEMO), str(OBJECT), *arguments]
    if without_bpf:
        command = ["setpriv", "--bounding-set=-bpf,-perfmon,-sys_admin", *command]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_it_watches(process: subprocess.Popen[str]) -> list[str]:
    said = []
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        if "watching" in line or "instead" in line:
            return said
    raise AssertionError("".join(said))


def lines_until(process: subprocess.Popen[str], wanted: set[str]) -> list[dict[str, Any]]:
    """JSON lines up to the one with which every wanted file name was seen."""
    seen: list[dict[str, Any]] = []
    missing = set(wanted)
    assert process.stdout is not None
    for line in process.stdout:
        seen.append(json.loads(line))
        missing.discard(seen[-1].get("filename", ""))
        if not missing:
            return seen
    raise AssertionError(f"never seen: {missing}")


def finish(process: subprocess.Popen[str]) -> tuple[list[str], str]:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    return out.splitlines(), err


needs_bpf = pytest.mark.skipif(
    bool(aiobpf.missing_requirements()) and os.environ.get("AIOBPF_REQUIRE_KERNEL") != "1",
    reason="BPF is refused here",
)


@needs_bpf
def test_every_program_that_is_started_is_reported_once_with_its_arguments(tmp_path: pathlib.Path) -> None:
    programs = [tmp_path / f"program-{i}" for i in range(20)]
    for program in programs:
        shutil.copy("/bin/true", program)
    with demo("--seconds", "60", "--json") as process:
        wait_until_it_watches(process)
        pids = {}
        for i, program in enumerate(programs):
            child = subprocess.Popen([str(program), "--number", str(i), "a b"])
            pids[str(program)] = child.pid
            child.wait()
        seen = lines_until(process, set(pids))
        rest, _ = finish(process)

    ours = [one for one in seen if one["filename"] in pids]
    assert [one["filename"] for one in ours] == [str(program) for program in programs]
    for i, one in enumerate(ours):
        assert one["pid"] == pids[one["filename"]]
        assert one["ppid"] == os.getpid()
        assert one["uid"] == os.getuid()
        assert one["comm"] == f"program-{i}"
        assert one["args"] == [str(programs[i]), "--number", str(i), "a b"]

    ledger = json.loads(rest[-1])["ledger"]
    assert ledger["delivered"] == len(seen) + len(rest) - 1
    assert ledger["seen"] == ledger["delivered"] and aiobpf.Ledger(**ledger).balances()


@needs_bpf
def test_a_name_with_a_newline_and_an_escape_sequence_is_printed_escaped(tmp_path: pathlib.Path) -> None:
    program = tmp_path / NASTY
    shutil.copy("/bin/true", program)
    with demo("--seconds", "60") as process:
        wait_until_it_watches(process)
        subprocess.run([str(program)], check=True)
        assert process.stdout is not None
        line = next(line for line in process.stdout if str(tmp_path) in line)
        rest, _ = finish(process)
    assert r"new\nline\x1b[31mred" in line
    assert "\x1b" not in line + "".join(rest)
    assert "every record is accounted for" in rest[-1]


@needs_bpf
def test_the_program_in_cpp_escapes_names_too(tmp_path: pathlib.Path) -> None:
    program = tmp_path / (NASTY + "\u202e\x9b31m")
    shutil.copy("/bin/true", program)
    seen = threading.Event()

    def run_until_seen() -> None:  # it does not say when it has begun
        while not seen.is_set():
            subprocess.run([str(program)], check=True)

    with subprocess.Popen([OBJECT.with_name("exec_watch")], stdout=subprocess.PIPE, text=True) as process:
        running = threading.Thread(target=run_until_seen)
        running.start()
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if str(tmp_path) in line)
        finally:
            seen.set()
            running.join()
            process.kill()
    assert line.endswith(rf"{tmp_path}/new\nline\x1b[31mred\u202e\x9b31m" + "\n")


def test_without_the_capability_it_says_what_lacks_and_runs_on_a_ring_in_memory() -> None:
    with demo("--seconds", "60", "--json", without_bpf=True) as process:
        said = "".join(wait_until_it_watches(process))
        lines_until(process, {"/bin/true"})
        rest, _ = finish(process)
    assert "CAP_BPF and CAP_PERFMON" in said
    assert "ring in memory" in said
    ledger = json.loads(rest[-1])["ledger"]
    assert ledger["delivered"] == ledger["seen"] > 0 and aiobpf.Ledger(**ledger).balances()


def test_a_missing_object_is_an_error_that_names_it(tmp_path: pathlib.Path) -> None:
    done = subprocess.run(
        [sys.executable, str(DEMO), str(tmp_path / "none.bpf.o")], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 1
    assert "none.bpf.o: No such file or directory" in done.stderr
