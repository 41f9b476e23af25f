"""Programs that were written for Python-BPF and pylibbpf, with other imports."""

from __future__ import annotations

import os
import pathlib
import runpy
import time
from ctypes import c_bool, c_int8, c_int32, c_int64, c_uint8, c_uint16, c_uint32, c_uint64, c_void_p
from types import ModuleType
from typing import Any

import aiobpf
import pytest
from aiobpf.compat import pylibbpf
from aiobpf.compat.pythonbpf import BPF, _trace, bpf, bpfglobal, compile, compile_to_ir, map, section, struct
from aiobpf.compat.pythonbpf.helper import XDP_PASS, comm, deref, ktime, pid, probe_read_kernel, random, uid
from aiobpf.compat.pythonbpf.maps import ArrayMap, HashMap, PerfEventArray, RingBuf, RingBuffer
from aiobpf.compat.pythonbpf.vmlinux import TASK_COMM_LEN, struct_ethhdr, struct_iphdr, struct_xdp_md
from kernel_run import packet_run

EXAMPLE = pathlib.Path(__file__).parents[2] / "examples" / "clone_histogram" / "clone_histogram.py"


@bpf
@struct
class data_t:
    pid: c_uint64
    ts: c_uint64
    flag: c_bool
    comm: str(16)  # type: ignore[valid-type]  # noqa: F821


@bpf
@struct
class io_t:
    a: c_int64
    b: c_int64
    result: c_int64


@bpf
@map
def last() -> HashMap:
    return HashMap(key=c_int32, value=c_uint64, max_entries=16)


@bpf
@map
def slots() -> ArrayMap:
    return ArrayMap(key=c_uint32, value=c_int64, max_entries=4)


@bpf
@map
def ring() -> RingBuffer:
    return RingBuffer(max_entries=4096)


@bpf
@map
def perf() -> PerfEventArray:
    return PerfEventArray(key_size=c_int32, value_size=c_int32)


@bpf
@bpfglobal
def LICENSE() -> str:
    return "GPL"


@bpf
@bpfglobal
def counter() -> c_int64:
    return c_int64(5)


@bpf
@section("syscall")
def values(ctx: io_t) -> c_int64:
    one = 1
    prev = last().lookup(ctx.a)
    if prev:
        again = prev + one
        last.update(ctx.a, again)
        ctx.result = last.lookup(ctx.a) and again
    else:
        last().update(ctx.a, ctx.b)
        ctx.result = -1
    return c_int64(3)


@bpf
@section("syscall")
def division(ctx: io_t) -> c_int32:
    ctx.result = ctx.a / ctx.b * 1000 + ctx.a // ctx.b * 10 + ctx.a % ctx.b
    return c_int32(0)


@bpf
@section("syscall")
def loops(context: io_t) -> c_int64:
    total = 0
    for i in range(context.a & 15):
        if i == 7:
            break
        total += i
    else:
        total += 100
    n = 3
    while n > 0:
        n -= 1
        total += 1000
    context.result = total
    return total


@bpf
@section("syscall")
def uses_global(ctx: io_t) -> c_int64:
    global counter
    counter += ctx.a
    ctx.result = counter
    return 0


@bpf
@section("syscall")
def narrow(ctx: io_t) -> c_int64:
    x: c_int8 = ctx.a
    y = c_uint8(ctx.a)
    z = c_uint16(ctx.b)
    ctx.result = x * 1000000 + y * 1000 + z
    return 0


@bpf
@section("syscall")
def emits(ctx: io_t) -> c_int64:
    event = data_t()
    event.pid = pid()
    event.ts = ktime()
    event.flag = ctx.a > 0
    word = "hi"
    event.comm = word
    if ctx.b:
        comm(event.comm)
    ring.output(event)
    return 0


@bpf
@section("syscall")
def array(ctx: io_t) -> c_int64:
    slots.update(1, ctx.a)
    value = slots.lookup(1)
    if value:
        ctx.result = deref(value) + (uid() & 0) + (random() & 0)
    slots.delete(1)
    return 0


@bpf
@section("xdp")
def packet(ctx: struct_xdp_md) -> c_int64:
    if ctx.data + 34 > ctx.data_end:
        return c_int64(XDP_PASS)
    ip = struct_iphdr(ctx.data + 14)
    return c_int64(ip.protocol)


@bpf
@section("tracepoint/syscalls/sys_enter_getppid")
def perf_output(ctx: c_void_p) -> c_int32:
    event = data_t()
    event.pid = pid()
    perf.output(event)
    return 0


def io(a: int, b: int = 0) -> Any:
    return io_t(a=a, b=b)


def run(program: Any, a: int, b: int = 0) -> tuple[int, int]:
    with aiobpf.compile(program).load() as obj:
        arguments = io(a, b)
        returned = obj.program(program.__name__).run(arguments)
        return arguments.result, returned


@pytest.mark.kernel
def test_a_looked_up_value_is_used_as_the_value() -> None:
    with aiobpf.compile(values).load() as obj:
        results = []
        for _ in range(3):
            arguments = io(7, 40)
            assert obj.program("values").run(arguments) == 3
            results.append(arguments.result)
    assert results == [-1, 1, 1]  # `and` gives a truth value's other side: a bool of a reference is not a number


@pytest.mark.kernel
def test_division_rounds_towards_zero() -> None:
    assert run(division, -7, 2)[0] == -3 * 1000 + -3 * 10 + -1
    assert run(division, 7, 2)[0] == 3 * 1000 + 3 * 10 + 1


@pytest.mark.kernel
def test_loops_are_not_dropped() -> None:
    assert run(loops, 5) == (0 + 1 + 2 + 3 + 4 + 100 + 3000, 3110)
    assert run(loops, 15)[0] == sum(range(7)) + 3000


@pytest.mark.kernel
def test_globals_are_read_and_written() -> None:
    assert run(uses_global, 3)[0] == 8


@pytest.mark.kernel
def test_ctypes_convert() -> None:
    assert run(narrow, 200, 65537)[0] == -56 * 1000000 + 200 * 1000 + 1


@pytest.mark.kernel
def test_an_event_is_the_declared_struct() -> None:
    import asyncio

    with aiobpf.compile(emits).load() as obj:

        async def take() -> list[Any]:
            async with aiobpf.BpfRingBuffer(obj.maps["ring"], data_t) as rb:
                return [await rb.get() for _ in range(2)]

        obj.program("emits").run(io(1, 0))
        obj.program("emits").run(io(0, 1))
        first, second = asyncio.run(take())
    assert (first.pid, first.flag, first.comm) == (os.getpid(), True, b"hi")
    assert (second.flag, second.comm) == (False, pathlib.Path("/proc/self/comm").read_bytes().strip())
    assert 0 < first.ts < second.ts


@pytest.mark.kernel
def test_array_maps_have_the_sizes_that_were_declared() -> None:
    with aiobpf.compile(values, array).load() as obj:
        arguments = io(-4)
        obj.program("array").run(arguments)
        assert arguments.result == -4
        assert (obj.maps["last"].key_size, obj.maps["last"].value_size) == (4, 8)


@pytest.mark.kernel
def test_packets_are_cast() -> None:
    frame = bytes(14) + bytes(9) + b"\x11" + bytes(40)
    with aiobpf.compile(packet).load() as obj:
        assert packet_run(obj.program("packet"), frame)[0] == 17
        assert packet_run(obj.program("packet"), frame[:20])[0] == XDP_PASS


@pytest.mark.kernel
def test_bpf_compiles_the_module_that_calls_it_and_maps_are_dicts() -> None:
    b = BPF()
    with pytest.raises(pylibbpf.BpfException, match="not loaded"):
        b.get_map("last")
    b.load()
    with b:
        assert "values" in b.get_program_names()
        table = pylibbpf.BpfMap(b, last)
        table[-3] = 2**63
        table.update(4, 5)
        assert table.items() == {-3: 2**63, 4: 5}
        assert sorted(table.keys()) == [-3, 4]
        assert (table.lookup(9), table[4], 4 in table, len(table)) == (None, 5, True, 2)
        with pytest.raises(KeyError):
            table[9]
        del table[4]
        assert b["last"].values() == [2**63]
        b.get_program("perf_output").attach()
        assert b.is_attached()
        assert b.get_program("perf_output").detach()
        assert "data_t" in b.get_struct_defs()
    assert not b.is_loaded()


@pytest.mark.kernel
def test_the_readmes_example_counts_clones_and_plots_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    picture = tmp_path / "clones.png"

    def clone(_seconds: float) -> None:
        for _ in range(5):
            if (child := os.fork()) == 0:
                os._exit(0)
            os.waitpid(child, 0)

    monkeypatch.setattr(time, "sleep", clone)
    monkeypatch.setattr(pyplot, "show", lambda: pyplot.savefig(picture))
    names = runpy.run_path(str(EXAMPLE), run_name="__main__")
    try:
        assert names["hist"][os.getpid()] == 5
        assert picture.read_bytes().startswith(b"\x89PNG")
    finally:
        names["b"].destroy()
        pyplot.close("all")


def test_compile_writes_an_object_beside_the_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "small.py"
    path.write_text(EXAMPLE.read_text().split("b = BPF()")[0].replace("import matplotlib.pyplot as plt\n", "")
                    + "from aiobpf.compat.pythonbpf import compile\ncompile()\n")  # fmt: skip
    runpy.run_path(str(path), run_name="__main__")
    assert aiobpf.open(tmp_path / "small.o").program_names() == ["hello"]
    path.write_text(path.read_text().replace("\ncompile()\n", "\n"))
    assert compile_to_ir(str(path), str(tmp_path / "small.ll")) == str(tmp_path / "small.ll")
    assert "@hello(" in (tmp_path / "small.ll").read_text()


def test_a_line_of_the_trace_pipe_is_split() -> None:
    line = "          python-1234    [001] ...21  5678.901234: bpf_trace_printk: count: 5 with 7\n"
    assert _trace.parse_line(line) == ("python", 1234, 1, "...21", 5678.901234, "count: 5 with 7")
    with pytest.raises(ValueError, match="not a line"):
        _trace.parse_line("nothing\n")


def test_what_was_dropped_in_silence_is_refused() -> None:
    @bpf
    @section("syscall")
    def drops(ctx: io_t) -> c_int64:
        try:
            ctx.result = 1
        except Exception:
            pass
        return 0

    @bpf
    @section("syscall")
    def unchecked(ctx: io_t) -> c_int64:
        value = last.lookup(1)
        ctx.result = value + 1
        return 0

    with pytest.raises(aiobpf.CompileError, match="try is not in the language"):
        aiobpf.compile(drops)
    with pytest.raises(aiobpf.CompileError, match="may be None"):
        aiobpf.compile(unchecked)


def test_perf_buffers_say_that_they_are_not_read() -> None:
    with pytest.raises(aiobpf.BpfUnsupportedError, match="declare a RingBuffer"):
        pylibbpf.PerfEventArray(None, 8, print)


def test_a_ring_has_a_power_of_two_of_bytes() -> None:
    with pytest.raises(ValueError, match="power of two"):
        RingBuf(max_entries=5000)


def test_names_of_the_kernel_lose_their_prefix() -> None:
    assert (struct_ethhdr.name, TASK_COMM_LEN.name) == ("ethhdr", "TASK_COMM_LEN")
    assert isinstance(compile, type(lambda: 0)) and ModuleType and probe_read_kernel.name == "probe_read_kernel"
