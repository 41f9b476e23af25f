"""What happens, summed up in the kernel."""

from __future__ import annotations

import ctypes
import os
from typing import Any

import aiobpf
import pytest
from conftest import Run
from tracing import libc, mount_tracefs, open_missing

pytestmark = pytest.mark.kernel

OPENAT = "syscalls:sys_enter_openat"
ME = os.getpid()


@pytest.fixture(autouse=True, scope="module")
def _tracefs() -> None:
    mount_tracefs()


def seek(*offsets: int) -> None:
    for offset in offsets:
        libc.lseek(-1, ctypes.c_long(offset), 0)


def test_events_are_counted_by_a_key() -> None:
    with aiobpf.count(OPENAT, by="comm", pid=ME) as counts:
        for _ in range(100):
            open_missing()
        (comm,) = counts.read()
        assert counts.read() == {comm: 100}
        assert counts.lost() == 0
    assert isinstance(comm, bytes)


def test_without_a_key_they_are_counted_by_event() -> None:
    with aiobpf.count("syscalls:sys_*_openat", pid=ME) as counts:
        open_missing()
        open_missing()
        assert counts.read() == {OPENAT: 2, "syscalls:sys_exit_openat": 2}
        assert counts.events == (OPENAT, "syscalls:sys_exit_openat")


def test_a_key_of_many_fields_is_a_tuple_and_the_largest_come_first() -> None:
    with aiobpf.count(OPENAT, by=["filename", "parent=task.real_parent.tgid"], pid=ME) as counts:
        for path, number in ((b"/a", 3), (b"/b", 5), (b"/c", 1)):
            for _ in range(number):
                open_missing(path)
        parent = os.getppid()
        assert counts.top(2) == [((b"/b", parent), 5), ((b"/a", parent), 3)]


def test_values_are_summed_up() -> None:
    with aiobpf.summarize("syscalls:sys_enter_lseek", value="offset", pid=ME) as sums:
        seek(7, -3, 100)
        summary = sums.read()["syscalls:sys_enter_lseek"]
        assert summary == aiobpf.Summary(3, 104, -3, 100)
        assert round(summary.mean, 1) == 34.7


def test_calls_are_timed() -> None:
    with aiobpf.summarize("syscall:openat", value="duration_ns", by=["filename", "ret"], pid=ME) as times:
        for _ in range(4):
            open_missing(b"/there is none")
        ((key, summary),) = times.top(1)
        assert key == (b"/there is none", -2)
        assert summary.count == 4
        assert 0 < summary.least <= summary.mean <= summary.most


def test_values_are_sorted_by_powers_of_two() -> None:
    with aiobpf.hist("syscalls:sys_enter_lseek", value="offset", pid=ME) as sorted_:
        seek(-1, 0, 1, 2, 3, 4, 1023)
        histogram = sorted_.read()["syscalls:sys_enter_lseek"]
        assert histogram.buckets == {(0, 0): 2, (1, 1): 1, (2, 3): 2, (4, 7): 1, (512, 1023): 1}
        assert histogram.summary.count == 7
        assert len(str(histogram).splitlines()) == 5


def test_values_are_sorted_by_steps() -> None:
    with aiobpf.hist("syscalls:sys_enter_lseek", value="offset", step=5, least=-10, steps=4, pid=ME) as sorted_:
        seek(-100, -6, -5, 0, 5, 10, 1000)
        (histogram,) = sorted_.read().values()
        assert histogram.buckets == {(-10, -6): 2, (-5, -1): 1, (0, 4): 1, (5, 9): 3}


def test_snapshots_come_until_it_is_closed(run: Run) -> None:
    async def main() -> None:
        found = []
        counts = aiobpf.count(OPENAT, pid=ME)
        async for snapshot in counts.snapshots(every=0.001):
            found.append(snapshot.get(OPENAT, 0))
            open_missing()
            if len(found) == 3:
                counts.close()
        assert found == [0, 1, 2]

    run(main())


def test_detached_it_counts_no_more() -> None:
    with aiobpf.count(OPENAT, pid=ME) as counts:
        open_missing()
        counts.detach()
        open_missing()
        assert counts.read() == {OPENAT: 1}
    assert "closed" in repr(counts)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: aiobpf.count(), aiobpf.BpfError, "name an event"),
        (lambda: aiobpf.count("syscalls:nothing"), aiobpf.BpfNotFoundError, "nothing"),
        (lambda: aiobpf.count(OPENAT, by="filenam"), aiobpf.BpfNotFoundError, "filename"),
        (lambda: aiobpf.count(OPENAT, sample=3), TypeError, "sample"),
        (lambda: aiobpf.count(OPENAT, keys=0), ValueError, "keys"),
        (lambda: aiobpf.count(OPENAT, room=240, by=["filename", "flags", "comm"]), aiobpf.BpfUnsupportedError, "key"),
        (lambda: aiobpf.summarize(OPENAT, value="filename"), aiobpf.BpfExpressionError, "not a number"),
        (lambda: aiobpf.hist(OPENAT, value=""), aiobpf.BpfExpressionError, "name one"),
        (lambda: aiobpf.hist(OPENAT, value="flags", step=0), ValueError, "step"),
    ],
)
def test_what_is_wrong_is_said(call: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        call()
