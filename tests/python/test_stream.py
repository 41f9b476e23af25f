"""Streams of many sources: added and removed while they are read, each with its name, latency and account."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiobpf
import pytest
from conftest import Run
from helpers import emit


def filled(*records: bytes) -> aiobpf.MemoryRing:
    ring = aiobpf.MemoryRing(4096)
    for record in records:
        assert ring.emit(record)
    return ring


async def take(s: aiobpf.Stream[bytes], count: int) -> list[bytes]:
    events = aiter(s)
    return [await anext(events) for _ in range(count)]


def test_sources_are_numbered_and_a_number_is_never_used_again(run: Run, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver=driver) as s:
            numbers = [s.add(filled(b"%d" % i)) for i in range(3)]
            assert numbers == [0, 1, 2]
            got = {}
            async for source, event in s.tagged():
                got[source] = event
                if len(got) == 3:
                    break
            assert got == {0: b"0", 1: b"1", 2: b"2"}
            s.remove(1)
            assert s.add(filled(b"3")) == 3
            assert await anext(s.tagged()) == (3, b"3")
            with pytest.raises(aiobpf.BpfNotFoundError):
                s.remove(1)

    run(main())


def test_a_stream_without_a_source_says_so(run: Run, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver=driver) as s:
            with pytest.raises(aiobpf.BpfNotFoundError, match="no source"):
                await s.get()

    run(main())


def test_a_source_is_added_while_a_task_waits(run: Run, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver=driver) as s:
            s.add(aiobpf.MemoryRing(4096))
            waiting = asyncio.ensure_future(s.get())
            await asyncio.sleep(0)
            s.add(filled(b"late"))
            assert await waiting == b"late"

    run(main())


def test_a_source_is_removed_while_a_task_waits(run: Run, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver=driver) as s:
            kept = aiobpf.MemoryRing(4096)
            s.add(kept)
            s.remove(s.add(aiobpf.MemoryRing(4096)))
            waiting = asyncio.ensure_future(s.get())
            await asyncio.sleep(0)
            s.remove(s.add(aiobpf.MemoryRing(4096)))
            kept.emit(b"still here")
            assert await waiting == b"still here"

    run(main())


def test_what_was_received_of_a_removed_source_is_handed_over(run: Run, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver=driver) as s:
            other = s.add(filled(b"a", b"b", b"c"))
            events = aiter(s)
            assert await anext(events) == b"a"
            s.remove(other)
            s.add(filled(b"d"))
            assert [await anext(events) for _ in range(3)] == [b"b", b"c", b"d"]
            assert s.verify().balances()

    run(main())


def test_each_source_has_its_account_and_removed_ones_stay_in_the_total(run: Run, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver=driver) as s:
            first, second = s.add(filled(b"a", b"b")), s.add(filled(b"c"))
            await take(s, 2)
            for which in (None, first, second):
                assert s.statistics(which).balances()
                assert s.verify(which).balances()
            assert s.statistics().seen == 3
            assert s.statistics(first).seen == 2
            await take(s, 1)
            assert (s.statistics(first).delivered, s.statistics(second).delivered) == (2, 1)
            s.remove(first)
            assert s.statistics().delivered == 3
            with pytest.raises(aiobpf.BpfNotFoundError):
                s.statistics(first)
        assert s.statistics().delivered == 3
        assert s.statistics(second).delivered == 1
        with pytest.raises(aiobpf.BpfNotFoundError):
            s.statistics(first)

    run(main())


def test_what_was_not_handed_over_at_close_is_counted_by_source(run: Run, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver=driver) as s:
            first, second = s.add(filled(b"a", b"b")), s.add(filled(b"c", b"d"))
            await take(s, 1)
        total = s.statistics()
        parts = [s.statistics(which) for which in (first, second)]
        assert total.balances() and all(part.balances() for part in parts)
        assert total.delivered == 1
        assert total.dropped_at_close + total.unread == 3
        for name in ("delivered", "dropped_at_close", "unread", "seen", "bytes"):
            assert getattr(total, name) == sum(getattr(part, name) for part in parts)

    run(main())


@pytest.mark.kernel
def test_a_source_that_fails_is_called_by_its_name(run: Run, emitter: aiobpf.BpfObject, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver="inline") as s:  # so that it takes nothing before it is asked
            s.add(aiobpf.MemoryRing(4096))
            s.add(emitter.maps["first"], name="mine")
            s.add(emitter.maps["second"])
            async with aiobpf.Stream(driver=driver) as thief:
                for name, ring in (("first", 0), ("second", 1)):
                    thief.add(emitter.maps[name])
                    emit(emitter, 0, 1, ring=ring)
                await take(thief, 2)
                emit(emitter, 0, 1, ring=0)
                emit(emitter, 0, 1, ring=1)
                await take(thief, 2)
                told = []
                for _ in range(2):
                    with pytest.raises(aiobpf.BpfBusyError) as raised:
                        await s.get()
                    told.append(str(raised.value))
            assert any("'mine'" in text for text in told)
            assert any("'second'" in text for text in told)

    run(main())


def test_a_source_may_have_a_latency_of_its_own(run: Run, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver=driver, latency=60) as s:
            patient, prompt = aiobpf.MemoryRing(4096), aiobpf.MemoryRing(4096)
            s.add(patient)
            s.add(prompt, latency=0)
            for _ in range(3):  # from the third on it waits for its window
                patient.emit(b"patient")
                assert await s.get() == b"patient"
            patient.emit(b"patient")
            for _ in range(3):
                prompt.emit(b"prompt")
                assert await s.get() == b"prompt"

    run(main())


def test_many_sources_of_which_one_is_busy(run: Run, driver: Any) -> None:
    async def main() -> None:
        async with aiobpf.Stream(driver=driver) as s:
            rings = [aiobpf.MemoryRing(4096) for _ in range(200)]
            for ring in rings:
                s.add(ring)
            for i in range(0, 200, 13):
                rings[i].emit(b"%d" % i)
                assert await anext(s.tagged()) == (i, b"%d" % i)
            assert s.verify().balances()

    run(main())


def test_all_streams_of_a_process_share_one_draining_thread() -> None:
    def threads() -> int:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("Threads:"))

    before = threads()
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(contextlib.closing(aiobpf.BpfRingBuffer(aiobpf.MemoryRing(4096))))
        assert threads() == before + 1
    assert threads() == before
