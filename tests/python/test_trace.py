"""Probes without a compiler."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import gc
import os
import pickle
import warnings
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


async def take(trace: aiobpf.Trace, count: int) -> list[Any]:
    """So many events, and no more: what is there is delivered before it returns."""
    events = [await trace.get() for _ in range(count)]
    assert await trace.drain(0) == 0
    return events


def test_an_event_has_its_arguments_by_name(run: Run, driver: str) -> None:
    async def main() -> None:
        async with aiobpf.trace(OPENAT, pid=ME, driver=driver) as trace:
            open_missing(b"/no/such file")
            (event,) = await take(trace, 1)
            assert event.filename == b"/no/such file"
            assert (event.pid, event.tid, event.uid, event.gid) == (ME, ME, os.getuid(), os.getgid())
            assert (event.dfd, event.flags) == (-100, os.O_RDONLY)
            assert event.event == OPENAT
            assert (event.truncated, event.unreadable) == ((), ())
            assert trace.events == (OPENAT,)

    run(main())


def test_a_trace_can_be_iterated_without_a_name(run: Run) -> None:
    async def main() -> None:
        async for event in aiobpf.trace("sched:sched_process_fork", pid=ME):
            raise AssertionError(event)

    async def first() -> bytes:
        asyncio.get_running_loop().call_soon(open_missing, b"/one")
        async for event in aiobpf.trace(OPENAT, pid=ME):
            return bytes(event.filename)
        raise AssertionError("it ended")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(first()) == b"/one"
        with pytest.raises(TimeoutError):
            run(asyncio.wait_for(main(), 0.05))
        gc.collect()


def test_many_events_come_through_one_stream(run: Run) -> None:
    async def main() -> None:
        exits = aiobpf.Probe("syscalls:sys_exit_openat", pid=ME, where="ret < 0")
        async with aiobpf.trace(aiobpf.Probe(OPENAT, pid=ME), exits) as trace:
            open_missing()
            found = {}
            async for source, event in trace.tagged():
                found[trace.events[source]] = event
                if len(found) == 2:
                    break
            assert found[OPENAT].filename == b"/nowhere"
            assert found["syscalls:sys_exit_openat"].ret == -2
            assert trace.verify().balances()

    run(main())


def test_patterns_are_all_that_match(run: Run) -> None:
    async def main() -> None:
        async with aiobpf.trace("syscalls:sys_e*_openat", pid=ME) as trace:
            assert trace.events == (OPENAT, "syscalls:sys_exit_openat")
            open_missing()
            events = [await trace.get(), await trace.get()]
            assert {event.event for event in events} == set(trace.events)

    run(main())


def test_filters_run_in_the_kernel_and_what_they_leave_out_is_no_attempt(run: Run) -> None:
    async def main() -> None:
        async with aiobpf.trace(OPENAT, pid=ME, where="filename == '/b' or flags & 1") as trace:
            for path in (b"/a", b"/b", b"/c"):
                open_missing(path)
            (event,) = await take(trace, 1)
            assert event.filename == b"/b"
            ledger = trace.verify()
            assert (ledger.seen, ledger.delivered, ledger.balances()) == (1, 1, True)

    run(main())


def test_what_sampling_and_limits_leave_out_is_counted(run: Run) -> None:
    async def main() -> None:
        sampled = aiobpf.Probe(OPENAT, pid=ME, sample=2)
        limited = aiobpf.Probe(OPENAT, pid=ME, per_second=3)
        async with aiobpf.trace(sampled, limited) as trace:
            for _ in range(200):
                open_missing()
            trace.detach()
            of = [trace.verify(number) for number in (0, 1)]
            assert of[0].seen == of[1].seen == 200
            assert of[0].sampled == 200 - of[0].submitted
            assert 0 < of[0].sampled < 200
            assert of[1].limited == 200 - of[1].submitted
            assert 3 <= of[1].submitted < 20
            await take(trace, of[0].submitted + of[1].submitted)
            assert trace.verify().balances()

    run(main())


def test_fields_are_asked_for_by_name_and_by_path(run: Run) -> None:
    async def main() -> None:
        fields = ["filename", "parent=task.real_parent.tgid", "task.comm"]
        async with aiobpf.trace(OPENAT, pid=ME, fields=fields) as trace:
            open_missing()
            (event,) = await take(trace, 1)
            assert event.parent == os.getppid()
            assert event.task_comm == event.comm
            assert not hasattr(event, "flags")

    run(main())


def test_values_that_are_not_as_one_would_like_are_shown_as_they_are(run: Run) -> None:
    async def main() -> None:
        async with aiobpf.trace(OPENAT, pid=ME, room=8) as trace:
            hostile = b"\n\x1b[31m\xff"
            open_missing(hostile)
            open_missing(b"a/" * 2000 + b"x")
            libc.open(None, 0)
            plain, cut, gone = await take(trace, 3)
            assert plain.filename == hostile
            assert (cut.filename, cut.truncated, cut.unreadable) == (b"a/a/a/a/", ("filename",), ())
            assert (gone.filename, gone.truncated, gone.unreadable) == (b"", (), ("filename",))
            assert "\x1b" not in repr(plain)
            assert "\n" not in repr(plain)

    run(main())


def test_events_are_pickled_and_copied(run: Run) -> None:
    async def main() -> None:
        async with aiobpf.trace(OPENAT, pid=ME, room=8) as trace:
            open_missing(b"/something/longer")
            (event,) = await take(trace, 1)
            for again in (pickle.loads(pickle.dumps(event)), copy.copy(event)):
                assert again == event
                assert type(again) is type(event)
                assert again.truncated == ("filename",)

    run(main())


def test_detached_probes_record_nothing_more(run: Run) -> None:
    async def main() -> None:
        async with aiobpf.trace(OPENAT, pid=ME) as trace:
            open_missing(b"/a")
            trace.detach()
            open_missing(b"/b")
            assert [event.filename for event in await take(trace, 1)] == [b"/a"]
            assert trace.verify().seen == 1

    run(main())


def test_a_closed_trace_is_detached_and_ends(run: Run) -> None:
    async def main() -> None:
        trace = aiobpf.trace(OPENAT, pid=ME)
        trace.close()
        trace.close()
        assert trace.closed
        with pytest.raises(aiobpf.BpfClosedError):
            await trace.get()

    run(main())


@pytest.mark.parametrize(
    ("event", "options", "error", "says"),
    [
        ("syscalls:sys_enter_opennat", {}, aiobpf.BpfNotFoundError, "sys_enter_openat"),
        ("syscall:x", {}, aiobpf.BpfNotFoundError, "syscalls"),
        ("syscalls:sys_enter_zzz*", {}, aiobpf.BpfNotFoundError, "no such event"),
        ("openat", {}, aiobpf.BpfExpressionError, "category:name"),
        (OPENAT, {"where": "flag == 1"}, aiobpf.BpfNotFoundError, "flags"),
        (OPENAT, {"where": "flags == "}, aiobpf.BpfExpressionError, "column 10"),
        (OPENAT, {"where": "filename == 3"}, aiobpf.BpfExpressionError, "text"),
        (OPENAT, {"fields": ["filenam"]}, aiobpf.BpfNotFoundError, "filename"),
        (OPENAT, {"fields": ["task.mn.pgd"]}, aiobpf.BpfNotFoundError, "mm"),
        (OPENAT, {"fields": "filename"}, TypeError, r"\['filename'\]"),
        (OPENAT, {"pid": -1}, ValueError, "pid"),
        (OPENAT, {"pid": "1"}, TypeError, "pid"),
        (OPENAT, {"sample": 0}, ValueError, "sample"),
        (OPENAT, {"where": 7}, TypeError, "where"),
        (OPENAT, {"room": 16384}, aiobpf.BpfUnsupportedError, "16384"),
        (OPENAT, {"ring_bytes": 5000}, ValueError, "power of two"),
        (OPENAT, {"colour": 1}, TypeError, "colour"),
        (b"x:y", {}, TypeError, "str or a Probe"),
    ],
)
def test_what_is_wrong_is_said(event: Any, options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        aiobpf.trace(event, **options)


def test_without_events_there_is_nothing_to_trace() -> None:
    with pytest.raises(aiobpf.BpfError, match="name an event"):
        aiobpf.trace()


def test_a_call_is_one_event_from_its_entry_to_its_exit(run: Run) -> None:
    async def main() -> None:
        async with aiobpf.trace("syscall:openat", pid=ME, where="ret < 0 and filename != '/left out'") as trace:
            open_missing(b"/left out")
            open_missing(b"/there is none")
            os.close(os.open("/", os.O_RDONLY))
            (event,) = await take(trace, 1)
            assert (event.filename, event.ret) == (b"/there is none", -2)
            assert event.duration_ns > 0
            assert trace.verify().balances()

    run(main())


# --- handlers


def test_handlers_are_called_with_their_events(run: Run) -> None:
    seen: list[Any] = []

    @aiobpf.on(OPENAT, pid=ME)
    def opened(event: Any) -> None:
        """Its own text."""
        seen.append(event.filename)

    @aiobpf.on("syscalls:sys_exit_openat", pid=ME, where="ret < 0")
    async def failed(event: Any) -> None:
        await asyncio.sleep(0)
        seen.append(event.ret)
        raise KeyError("enough")

    assert opened.__doc__ == "Its own text."
    assert "openat" in repr(failed)
    with contextlib.suppress(AttributeError):
        opened(None)  # an ordinary call

    async def main() -> None:
        asyncio.get_running_loop().call_soon(open_missing)
        await aiobpf.run(opened, failed)

    with pytest.raises(KeyError, match="enough"):
        run(main())
    assert -2 in seen


def test_a_function_that_was_not_decorated_is_no_handler() -> None:
    with pytest.raises(TypeError, match="on"):
        asyncio.run(aiobpf.run(print))  # type: ignore[arg-type]
