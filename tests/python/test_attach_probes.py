"""Attaching to functions of the kernel and of user space, to tracepoints and to perf events."""

import ctypes
import mmap
import os
import pathlib
import struct
import time
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest
from attaching import (
    Probed,
    call_getppid,
    check_arrives,
    counted,
    function_of_call,
    has_fprobes,
    has_kprobes,
    has_uprobe_multi,
    load_only,
    mounted,
)

pytestmark = pytest.mark.kernel

# Where probes.bpf.c counts.
(
    BY_KPROBE,
    BY_KRETPROBE,
    BY_KPROBE_MULTI,
    BY_KSYSCALL,
    BY_UPROBE,
    BY_URETPROBE,
    BY_UPROBE_MULTI,
    BY_USDT,
    BY_RAW_TRACEPOINT,
    BY_PERF_EVENT,
) = range(10)
COOKIE, ARGUMENT, RETURNED = 32, 33, 34

NO_KPROBES = "this kernel has no kprobes"
NO_FPROBES = "no fprobes"
GETPPID = 110 if os.uname().machine == "x86_64" else 173


@pytest.fixture(scope="module", autouse=True)
def tracefs() -> Iterator[None]:
    with mounted("tracefs", "/sys/kernel/tracing", "events"):
        yield


@pytest.fixture
def probes(objects: pathlib.Path) -> pathlib.Path:
    return objects / "probes.bpf.o"


@pytest.fixture
def probed(objects: pathlib.Path) -> Probed:
    return Probed(objects)


class TestKernel:
    def test_a_kprobe_gets_its_cookie(self, probes: pathlib.Path) -> None:
        with load_only(probes, "on_kprobe") as obj:
            program = obj.program("on_kprobe")
            check_arrives(
                has_kprobes(),
                NO_KPROBES,
                obj,
                BY_KPROBE,
                lambda: program.attach_kprobe(function_of_call("getppid"), cookie=42),
                os.getppid,
            )
            assert counted(obj, COOKIE) == (42 if has_kprobes() else 0)

    def test_a_kretprobe_gets_what_the_function_returned(self, probes: pathlib.Path) -> None:
        with load_only(probes, "on_kretprobe") as obj:
            program = obj.program("on_kretprobe")
            check_arrives(
                has_kprobes(),
                NO_KPROBES,
                obj,
                BY_KRETPROBE,
                lambda: program.attach_kretprobe(function_of_call("getppid")),
                os.getppid,
            )
            assert counted(obj, RETURNED) == (os.getppid() if has_kprobes() else 0)

    @pytest.mark.parametrize("by_section", [True, False])
    def test_a_system_call_is_named_as_it_is_called(self, probes: pathlib.Path, by_section: bool) -> None:
        with load_only(probes, "on_ksyscall") as obj:
            program = obj.program("on_ksyscall")
            check_arrives(
                has_kprobes(),
                NO_KPROBES,
                obj,
                BY_KSYSCALL,
                program.attach if by_section else lambda: program.attach_ksyscall("getppid"),
                os.getppid,
            )

    @pytest.mark.parametrize("functions", ["*_sys_getppid", [function_of_call("getppid"), function_of_call("getpgid")]])
    def test_many_functions_by_one_link(self, probes: pathlib.Path, functions: Any) -> None:
        with load_only(probes, "on_kprobe_multi") as obj:
            program = obj.program("on_kprobe_multi")
            check_arrives(
                has_fprobes(),
                NO_FPROBES,
                obj,
                BY_KPROBE_MULTI,
                lambda: program.attach_kprobe_multi(functions),
                os.getppid,
            )

    def test_a_function_that_is_not_there_is_named(self, probes: pathlib.Path) -> None:
        with load_only(probes, "on_kprobe") as obj:
            error = aiobpf.BpfAttachError if has_kprobes() else aiobpf.BpfUnsupportedError
            with pytest.raises(error, match="attach on_kprobe to no_such_function: "):
                obj.program("on_kprobe").attach_kprobe("no_such_function")

    def test_a_raw_tracepoint_is_named_when_attaching(self, probes: pathlib.Path) -> None:
        with load_only(probes, "on_raw_tracepoint", counted_syscall=GETPPID) as obj:
            with obj.program("on_raw_tracepoint").attach_raw_tracepoint("sys_enter") as link:
                call_getppid(10)
                assert link.hook_name == "raw_tp/sys_enter"
            call_getppid(10)
            assert counted(obj, BY_RAW_TRACEPOINT) == 10
            with pytest.raises(aiobpf.BpfAttachError, match="no such tracepoint on this kernel"):
                obj.program("on_raw_tracepoint").attach_raw_tracepoint("no_such")

    def test_a_section_without_a_place_names_the_call(self, probes: pathlib.Path) -> None:
        with load_only(probes, "on_kprobe", "on_perf_event") as obj:
            with pytest.raises(aiobpf.BpfUnsupportedError, match=r"names no place.*\(attach_kprobe\)"):
                obj.program("on_kprobe").attach()
            with pytest.raises(aiobpf.BpfUnsupportedError, match=r"\(attach_perf_event\)"):
                obj.program("on_perf_event").attach()


class TestUser:
    def test_a_uprobe_of_a_symbol(self, probes: pathlib.Path, probed: Probed) -> None:
        with load_only(probes, "on_uprobe") as obj:
            with obj.program("on_uprobe").attach_uprobe(probed.path, symbol="probed_first", cookie=42) as link:
                for value in range(10):
                    probed.first(value)
                probed.second(1)
                assert link.hook_name == f"uprobe/{probed.path}:probed_first"
            probed.first(99)
            assert counted(obj, BY_UPROBE) == 10
            assert counted(obj, COOKIE) == 42
            assert counted(obj, ARGUMENT) == 9

    def test_a_uretprobe_in_this_process_by_offset(self, probes: pathlib.Path, probed: Probed) -> None:
        base = min(
            int(line.split("-")[0], 16)
            for line in pathlib.Path("/proc/self/maps").read_text().splitlines()
            if line.endswith(str(probed.path))
        )
        address = ctypes.cast(ctypes.CDLL(str(probed.path)).probed_first, ctypes.c_void_p).value
        assert address is not None
        with load_only(probes, "on_uretprobe") as obj:
            obj.program("on_uretprobe").attach_uretprobe(probed.path, address - base, os.getpid())
            probed.first(41)
            assert counted(obj, BY_URETPROBE) == 1
            assert counted(obj, RETURNED) == 42

    def test_a_library_is_found_by_its_name(self, probes: pathlib.Path) -> None:
        with load_only(probes, "on_uprobe") as obj:
            obj.program("on_uprobe").attach_uprobe("libc.so.6", symbol="getppid")
            call_getppid(10)
            assert counted(obj, BY_UPROBE) == 10

    def test_what_is_missing_is_named(self, probes: pathlib.Path, probed: Probed) -> None:
        with load_only(probes, "on_uprobe", "on_usdt") as obj:
            program = obj.program("on_uprobe")
            with pytest.raises(aiobpf.BpfAttachError, match="no symbol 'no_such'"):
                program.attach_uprobe(probed.path, symbol="no_such")
            with pytest.raises(aiobpf.BpfAttachError, match="no such library in ") as raised:
                program.attach_uprobe("libno_such.so", symbol="f")
            assert raised.value.errno == 2
            with pytest.raises(aiobpf.BpfAttachError, match="none of that provider and name"):
                obj.program("on_usdt").attach_usdt(probed.path, "aiobpf", "no_such")
            with pytest.raises(TypeError, match="cookie must be an int"):
                program.attach_uprobe(probed.path, symbol="probed_first", cookie="a")  # type: ignore[arg-type]

    @pytest.mark.parametrize("symbols", ["probed_*", ["probed_first", "probed_second"]])
    def test_many_symbols_by_one_link(self, probes: pathlib.Path, probed: Probed, symbols: Any) -> None:
        with load_only(probes, "on_uprobe_multi") as obj:
            program = obj.program("on_uprobe_multi")
            check_arrives(
                has_uprobe_multi(),
                "it needs kernel 6.6",
                obj,
                BY_UPROBE_MULTI,
                lambda: program.attach_uprobe_multi(probed.path, symbols, os.getpid()),
                lambda: probed.second(1),
            )

    def test_a_usdt_probe_gives_its_argument(self, probes: pathlib.Path, probed: Probed) -> None:
        with load_only(probes, "on_usdt") as obj:
            with obj.program("on_usdt").attach_usdt(probed.path, "aiobpf", "probed", os.getpid(), cookie=42):
                for value in range(10):
                    probed.usdt(value)
            probed.usdt(99)
            assert [counted(obj, place) for place in (BY_USDT, ARGUMENT, COOKIE)] == [10, 9, 42]


def fault(pages: int) -> None:
    """So many page faults of this thread."""
    with mmap.mmap(-1, pages * mmap.PAGESIZE) as memory:
        memory.madvise(mmap.MADV_NOHUGEPAGE)
        memory[:: mmap.PAGESIZE] = bytes(pages)


def open_own_page_faults() -> int:
    """perf_event_open(2): each page fault of this thread."""
    # type, size, config, sample_period: PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS
    attributes = struct.pack("<IIQQ", 1, 112, 2, 1) + bytes(88)
    number = 298 if os.uname().machine == "x86_64" else 241
    fd: int = ctypes.CDLL(None, use_errno=True).syscall(number, attributes, 0, -1, -1, 8)  # close-on-exec
    assert fd >= 0, os.strerror(ctypes.get_errno())
    return fd


class TestPerfEvent:
    def test_every_nth_event_of_this_process(self, probes: pathlib.Path) -> None:
        with load_only(probes, "on_perf_event") as obj:
            with obj.program("on_perf_event").attach_perf_event("page-faults", period=1, pid=os.getpid()) as link:
                assert link.hook_name == "perf_event/page-faults"
                fault(100)
            assert counted(obj, BY_PERF_EVENT) >= 100

    def test_an_event_that_was_opened_before(self, probes: pathlib.Path) -> None:
        event = open_own_page_faults()
        try:
            with load_only(probes, "on_perf_event") as obj:
                with obj.program("on_perf_event").attach_perf_event(event) as link:
                    assert link.hook_name == f"perf_event/{event}"
                    fault(10)
                assert counted(obj, BY_PERF_EVENT) >= 10
            os.fstat(event)  # the caller's, and open
        finally:
            os.close(event)

    def test_a_frequency_samples_all_cpus(self, probes: pathlib.Path) -> None:
        with load_only(probes, "on_perf_event") as obj:
            obj.program("on_perf_event").attach_perf_event(frequency=1000)
            end = time.monotonic() + 30
            while counted(obj, BY_PERF_EVENT) == 0:
                assert time.monotonic() < end

    def test_an_event_that_is_not_there_is_named(self, probes: pathlib.Path) -> None:
        with load_only(probes, "on_perf_event") as obj:
            program = obj.program("on_perf_event")
            with pytest.raises(aiobpf.BpfNotFoundError, match="page-faults"):
                program.attach_perf_event("no-such", period=1)
            with pytest.raises(aiobpf.BpfAttachError, match="either a frequency"):
                program.attach_perf_event("cpu-clock")
            with pytest.raises(TypeError, match="says frequency"):
                program.attach_perf_event(3, frequency=1)
