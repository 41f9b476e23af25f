"""Uses the API as programs do; test_typing.py has mypy read it. It is not run."""

import asyncio
import contextlib
import ctypes
import struct
from collections.abc import Sequence
from typing import Any, assert_type

import aiobpf
import numpy


class Event(ctypes.Structure):
    _fields_ = (("pid", ctypes.c_uint32), ("comm", ctypes.c_char * 16))


def load() -> aiobpf.BpfObject:
    file = aiobpf.open("exec.bpf.o")
    file.set_max_entries("events", 1 << 20)
    file.set_rodata("tag", struct.pack("Q", 7))
    file.set_autoload("other", False)
    assert_type(file.program_names(), list[str])
    return file.load()


def load_from_memory() -> aiobpf.BpfObject:
    with open("exec.bpf.o", "rb") as file:
        return aiobpf.load(file.read())


def load_at_once() -> aiobpf.BpfObject:
    rodata: dict[str, int | float] = {"min_uid": 1000, "ratio": 0.5}
    aiobpf.load("exec.bpf.o", rodata=rodata).close()
    return aiobpf.load("exec.bpf.o", max_entries={"events": 1 << 20}, rodata={"tag": bytes(8), "verbose": True})


def walk(obj: aiobpf.BpfObject) -> None:
    assert_type([program for program in obj.programs], list[aiobpf.BpfProgram])  # noqa: C416
    assert_type(list(obj.maps), list[aiobpf.BpfMap])
    assert_type(obj.maps["events"], aiobpf.BpfMap)
    assert "on_exec" in obj.programs
    assert_type(obj.maps.keys(), list[str])
    assert_type(obj.programs.items(), list[tuple[str, aiobpf.BpfProgram]])
    assert_type(obj.programs.get("on_exec"), aiobpf.BpfProgram | None)
    with obj.program("on_exec").attach() as link:
        assert_type(link.is_attached, bool)
    table = obj.map("table")
    table[struct.pack("I", 1)] = struct.pack("Q", 1)
    for key, value in table.items():
        assert_type(key, bytes)
        assert_type(value, bytes | list[bytes])


async def iterate_typed(obj: aiobpf.BpfObject) -> None:
    ring = obj.maps["events"]
    raw = aiobpf.BpfRingBuffer(ring)
    assert_type(raw, aiobpf.BpfRingBuffer[bytes])
    assert_type(aiobpf.BpfRingBuffer(ring, bytes, latency=0.001), aiobpf.BpfRingBuffer[bytes])
    assert_type(aiobpf.BpfRingBuffer(ring, "exec_event"), aiobpf.BpfRingBuffer[Any])
    assert_type(aiobpf.BpfRingBuffer(ring, obj.event_type("exec_event")), aiobpf.BpfRingBuffer[Any])
    assert_type(raw.add(obj.maps["more"]), int)
    async for record in raw:
        assert_type(record, bytes)

    both: aiobpf.BpfRingBuffer[Event | bytes] = aiobpf.BpfRingBuffer(ring, Event)
    both.add(obj.maps["more"], bytes)
    async for either in both:
        assert_type(either, Event | bytes)

    rb = aiobpf.BpfRingBuffer(ring, Event)
    assert_type(rb, aiobpf.BpfRingBuffer[Event])
    rb.add(obj.maps["more"])  # type: ignore[call-overload]  # its events would be bytes
    rb.add(obj.maps["more"], bytes)  # type: ignore[arg-type]
    async with rb as same:
        assert_type(same, aiobpf.BpfRingBuffer[Event])
        async for event in rb:
            assert_type(event, Event)
        assert_type(await rb.get(), Event)
        assert_type(await rb.drain(deadline=1), int)
        async for source, tagged in rb.tagged():
            assert_type(source, int)
            assert_type(tagged, Event)
        async for batch in rb.batches():
            assert_type(batch, aiobpf.Batch[Event])
            assert_type(batch[0], Event)
            assert_type(batch[1:], list[Event])
            assert_type([one for one in batch], list[Event])  # noqa: C416
            assert_type(batch.sources, tuple[int, ...])
            assert_type(batch.source(0), int)
    async with contextlib.aclosing(rb):
        pass


def handle(event: Event) -> int | None:
    return -1 if event.pid == 0 else None


async def call_back(obj: aiobpf.BpfObject) -> None:
    with aiobpf.BpfRingBuffer(obj.maps["events"], handle, event_type=Event) as rb:
        assert_type(rb.poll(timeout_ms=10), int)
        assert_type(await rb.poll_async(), int)
        assert_type(rb.consume(), int)
        assert_type(rb.fileno(), int)
        assert_type(rb.epoll_fd(), int)
    both: aiobpf.BpfRingBuffer[Any] = aiobpf.BpfRingBuffer()
    both.add(obj.maps["events"], handle, event_type=Event)
    both.add(obj.maps["more"], lambda view: print(bytes(view)), as_memoryview=True)
    iterated = aiobpf.BpfRingBuffer(obj.maps["events"], Event)
    async for event in iterated.events():
        assert_type(event, aiobpf.RingBufferEvent[Event])
        assert_type(event.map_name, str)
        assert_type(event.data, Event)


async def iterate(obj: aiobpf.BpfObject) -> None:
    async with aiobpf.BpfRingBuffer(obj.maps["events"], "exec_event", latency=0.0002, driver="inline") as rb:
        rb.add(obj.maps["more"], "exec_event")
        async for event in rb:
            print(event.pid, event.comm)
        async for batch in rb.batches():
            assert_type(batch, aiobpf.Batch[Any])
            assert_type(len(batch), int)
            print(batch[0].pid, batch[1:3], [event.pid for event in batch])
            print(numpy.asarray(batch).shape, memoryview(batch).nbytes)
        print(await asyncio.wait_for(anext(aiter(rb)), 1.0))
        ledger = rb.statistics()
        assert_type(ledger, aiobpf.Ledger)
        assert_type(ledger.lost(), dict[str, int])


def errors() -> Sequence[str]:
    try:
        with load() as obj:
            walk(obj)
            asyncio.run(iterate(obj))
    except aiobpf.BpfVerifierError as error:
        return error.verifier_log.splitlines()
    except aiobpf.BpfPermissionError:
        return aiobpf.missing_requirements()
    except aiobpf.BpfError as error:
        assert_type(error.errno, int)
        assert_type(error.libbpf_log, str | None)
    return []
