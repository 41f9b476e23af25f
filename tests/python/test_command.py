"""python -m aiobpf."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from aiobpf.__main__ import plain, shown
from tracing import mount_tracefs, open_missing

pytestmark = pytest.mark.kernel

ME = str(os.getpid())


@pytest.fixture(autouse=True, scope="module")
def _tracefs() -> None:
    mount_tracefs()


def aiobpf(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aiobpf", *arguments], capture_output=True, text=True, check=False, timeout=50
    )


class Running:
    """The command, which traces us, from when it does."""

    def __init__(self, *arguments: str) -> None:
        self._child = subprocess.Popen([sys.executable, "-m", "aiobpf", *arguments], stdout=-1, stderr=-1, text=True)

    def first_line(self) -> str:
        """Makes events until one is printed."""
        assert self._child.stdout is not None
        os.set_blocking(self._child.stdout.fileno(), False)
        line = ""
        while not line:
            assert self._child.poll() is None, self._child.communicate()
            open_missing(b"/one\n\x1b[31m")
            line = self._child.stdout.readline()
        return line

    def end(self) -> tuple[int, str, str]:
        self._child.send_signal(signal.SIGINT)
        assert self._child.stdout is not None
        os.set_blocking(self._child.stdout.fileno(), True)
        out, error = self._child.communicate(timeout=50)
        return self._child.returncode, out, error


def test_events_are_listed_with_their_fields() -> None:
    done = aiobpf("list", "syscalls:sys_*_openat", "--fields")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert {"syscalls:sys_enter_openat", "syscalls:sys_exit_openat", "    int dfd", "    long ret"} <= set(lines)
    assert "sched:sched_switch" in aiobpf("list", "sched_switch").stdout.splitlines()


def test_a_line_is_printed_for_an_event_and_nothing_gets_into_the_terminal() -> None:
    running = Running("trace", "syscall:openat", "--pid", ME, "--where", "ret < 0")
    line = running.first_line()
    status, rest, error = running.end()
    assert (status, error) == (0, "")
    assert r"filename='/one\n\x1b[31m'" in line
    assert "ret=-2" in line
    assert "\x1b" not in line + rest


def test_lines_of_json_are_whole() -> None:
    running = Running("trace", "syscalls:sys_enter_openat", "--pid", ME, "--json", "--field", "filename")
    line = running.first_line()
    assert running.end()[0] == 0
    event = json.loads(line)
    assert event["event"] == "syscalls:sys_enter_openat"
    assert event["filename"] == "/one\n\x1b[31m"
    assert event["pid"] == int(ME)


def test_counts_are_printed_at_the_end() -> None:
    done = aiobpf("count", "syscalls:sys_enter_openat", "--by", "comm", "--seconds", "0.2", "--json")
    assert done.returncode == 0, done.stderr
    assert isinstance(json.loads(done.stdout), list)


def test_counts_and_histograms_are_printed_each_so_often() -> None:
    for arguments in (
        ["count", "syscalls:sys_enter_openat", "--pid", ME, "--every", "0.05"],
        ["hist", "syscall:openat", "--value", "duration_ns", "--pid", ME, "--every", "0.05"],
    ):
        running = Running(*arguments)
        line = running.first_line()
        while not line.strip():
            line = running.first_line()
        assert "openat" in line
        assert running.end()[0] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["trace", "syscall:opennat"], "no such event"),
        (["trace", "syscall:openat", "--where", "ret ="], "a comparison is written =="),
        (["count", "syscall:openat", "--by", "filenam"], "filename"),
        (["trace", "syscall:openat", "--sample", "0"], "sample"),
        (["list", "nothing:*"], "there is no category"),
        (["trace", "syscall:openat", "--cgroup", "/there is none"], "No such file"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(arguments: list[str], says: str) -> None:
    done = aiobpf(*arguments)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_values_are_shown_as_what_they_are() -> None:
    assert shown(b"plain text") == "plain text"
    assert shown(b"\x1b[31m\n\xff") == r"'\x1b[31m\n\\xff'"
    assert shown("\u202eevil") == r"'\u202eevil'"
    assert shown((b"a", 3)) == "a 3"
    assert shown(b"") == "''"
    assert plain({"a": (b"\xff", 1)}) == {"a": [r"\xff", 1]}
