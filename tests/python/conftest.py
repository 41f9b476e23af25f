"""Fixtures: both event loops, both drivers, both kinds of ring; and no test leaks a descriptor."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import pathlib
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import aiobpf
import pytest
import uvloop
from helpers import KernelSource, MemorySource, Source
from kernel_tests import pytest_runtest_setup, pytest_sessionfinish  # noqa: F401

uvloop.new_event_loop().close()  # its first loop opens a pipe that stays for as long as the process

# Set by CTest; by hand, the objects of the preset dev.
os.environ.setdefault("AIOBPF_BPF_OBJECT_DIR", str(pathlib.Path(__file__).parents[2] / "build/dev/tests/kernel"))

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def objects() -> pathlib.Path:
    """The folder of the BPF objects."""
    folder = pathlib.Path(os.environ["AIOBPF_BPF_OBJECT_DIR"])
    assert (folder / "emit.bpf.o").is_file(), f"no emit.bpf.o in {folder}: build, or set AIOBPF_BPF_OBJECT_DIR"
    return folder


@pytest.fixture
def emitter(objects: pathlib.Path) -> Iterator[aiobpf.BpfObject]:
    """emit.bpf.o, loaded."""
    with aiobpf.load(objects / "emit.bpf.o") as obj:
        yield obj


@pytest.fixture(scope="session")
def event_class(objects: pathlib.Path) -> type[Any]:
    """The class of struct numbered."""
    return aiobpf.open(objects / "emit.bpf.o").event_type("numbered")


@pytest.fixture(params=["memory", pytest.param("kernel", marks=pytest.mark.kernel)])
def source(request: pytest.FixtureRequest) -> Iterator[Source]:
    """Emits numbered records."""
    if request.param == "kernel":
        yield KernelSource(request.getfixturevalue("emitter"))
        return
    source = MemorySource()
    yield source
    del source.ring  # pytest holds on to what fixtures gave


@pytest.fixture(scope="session")
def cgroup() -> str:
    """Where cgroup2 is mounted."""
    with open("/proc/self/mounts") as mounts:
        return next(line.split()[1] for line in mounts if line.split()[2] == "cgroup2")


@pytest.fixture(params=["thread", "inline"])
def driver(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def buffer(source: Source, driver: str, event_class: type[Any]) -> Iterator[aiobpf.BpfRingBuffer]:
    """A ring buffer that reads `source`."""
    rb = aiobpf.BpfRingBuffer(source.ring, event_class, driver=driver)
    yield rb
    rb.close()


@pytest.fixture(params=["asyncio", "uvloop"])
def new_loop(request: pytest.FixtureRequest) -> Callable[[], asyncio.AbstractEventLoop]:
    return uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop


@pytest.fixture
def run(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> Run:
    """run(coroutine): asyncio.run() on the loop under test. What the loop had to report fails the test."""

    def run(main: Coroutine[Any, Any, Any], debug: bool | None = None) -> Any:
        reports: list[dict[str, Any]] = []
        with asyncio.Runner(loop_factory=new_loop, debug=debug) as runner:
            runner.get_loop().set_exception_handler(lambda _, report: reports.append(report))
            result = runner.run(within_time(main))
        assert reports == []
        return result

    async def within_time(main: Coroutine[Any, Any, Any]) -> Any:
        loop = asyncio.get_running_loop()
        end = loop.time() + 30  # pytest-timeout can only end the whole process: uvloop hides signals
        async with asyncio.timeout_at(end):
            result = await main
        assert loop.time() < end, "only the end of the time woke the loop"
        return result

    return run


def open_descriptors() -> dict[int, str]:
    found = {}
    for entry in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):  # the one that lists
            found[int(entry)] = os.readlink(f"/proc/self/fd/{entry}")
    return found


@pytest.fixture(autouse=True)
def no_descriptor_leaks() -> Iterator[None]:
    # Autouse fixtures are set up first and torn down last: what pytest's own fixtures open is closed by then.
    before = open_descriptors()
    yield
    leaked = {}
    for collect in (False, True):  # a collection takes long: only when it may matter
        if collect:
            gc.collect()
        leaked = {fd: to for fd, to in open_descriptors().items() if before.get(fd) != to}
        if not leaked:
            return
    pytest.fail("leaked descriptors: " + ", ".join(f"{fd} -> {to}" for fd, to in sorted(leaked.items())))
