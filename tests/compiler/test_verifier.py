"""What the verifier refuses: its log quotes the Python lines, and the error says in Python's terms what to change."""

from __future__ import annotations

from typing import Any

import aiobpf
import pytest
from aiobpf import bpf
from aiobpf.bpf import i32, i64, u32, u64
from aiobpf.compiler import explain
from support import Args

pytestmark = pytest.mark.kernel

values = bpf.Array(u64, 4)
events = bpf.RingBuf(4096)
table = bpf.Global(u64[16])


@bpf.struct
class Large:
    bytes: u64[80]


@bpf.struct
class Event:
    number: i64


@bpf.program("syscall")
def endless(args: Args) -> None:
    n = args.a
    while n != 1:  # where Collatz is right, this ends; the verifier does not know
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    args.result = n


@bpf.program("syscall")
def outside(args: Args) -> None:
    args.result = table[args.a]


@bpf.program("syscall")
def too_much_stack(args: Args) -> None:
    large = bpf.zeroed(Large)
    large.bytes[args.a & 63] = args.b
    args.result = large.bytes[args.c & 63]


@bpf.program("syscall")
def leaks(args: Args) -> None:
    event = events.reserve(Event)
    if event is None:
        return
    if args.a:
        return
    events.submit(event)


@bpf.program("xdp")
def short_packet(ctx) -> i32:
    return bpf.cast(u32, ctx.data)[0]


def refused(program: Any) -> tuple[aiobpf.BpfVerifierError, str]:
    """The error, and the note on it."""
    with pytest.raises(aiobpf.BpfVerifierError) as caught:
        aiobpf.compile(program).load()
    return caught.value, "\n".join(getattr(caught.value, "__notes__", []))


def line_of(program: Any, text: str) -> int:
    import inspect

    lines, first = inspect.getsourcelines(program)
    return first + next(i for i, line in enumerate(lines) if text in line)


def test_a_loop_without_an_end() -> None:
    _, note = refused(endless)
    assert "it sees no end of a loop" in note
    assert "for i in range(64)" in note


def test_an_index_without_a_bound_quotes_its_line() -> None:
    error, note = refused(outside)
    line = line_of(outside, "table[args.a]")
    assert f"; args.result = table[args.a] @ test_verifier.py:{line}" in error.verifier_log
    assert note.startswith(f"test_verifier.py:{line}: `args.result = table[args.a]`: an index may be outside")
    assert "if i < len(array):" in note


def test_a_reserved_record_that_is_forgotten() -> None:
    _, note = refused(leaks)
    assert "submit() or discard() it before each return" in note


def test_a_packet_without_bounds() -> None:
    _, note = refused(short_packet)
    assert "bpf.packet(ctx, T, offset)" in note


def test_too_much_stack_is_a_compile_error() -> None:
    with pytest.raises(aiobpf.CompileError) as caught:
        aiobpf.compile(too_much_stack)
    assert "512 bytes" in f"{caught.value.msg} {caught.value.hint}"
    assert caught.value.file == __file__
    assert caught.value.hint is not None and "PercpuArray" in caught.value.hint


def test_a_missing_none_check_is_found_before_the_verifier() -> None:
    with pytest.raises(aiobpf.CompileError, match="may be None here"):
        aiobpf.compile(unchecked)


@bpf.program("syscall")
def unchecked(args: Args) -> None:
    found = values.lookup(args.a)
    args.result = found.value


@pytest.mark.parametrize(
    ("log", "says"),
    [
        ("back-edge from insn 7 to 3", "it sees no end of a loop"),
        ("infinite loop detected at insn 4", "for i in range(64)"),
        ("The sequence of 8193 jumps is too complex.", "too many ways through"),
        ("R1 invalid mem access 'map_value_or_null'", "Test it with `is None`"),
        ("R0 invalid mem access 'ptr_or_null_task_struct'", "Test it with `is None`"),
        ("invalid access to map value, value_size=8 off=64 size=8", "an index may be outside"),
        ("R2 min value is negative, either use unsigned or 'var &= const'", "array[i & 15]"),
        ("R1 type=ctx expected=fp, pkt, map_value", "Let it fill a variable"),
        ("invalid access to packet, off=12 size=2, R1(id=0,off=12,r=0)", "bpf.packet(ctx, T, offset)"),
        ("combined stack size of 2 calls is 544. Too large", "512 bytes"),
        ("Unreleased reference id=2 alloc_insn=3", "submit() or discard()"),
        ("cannot call GPL-restricted function from non-GPL compatible program", 'LICENSE = "GPL"'),
        ("program of this type cannot use helper bpf_get_current_comm#16", "may not call that helper"),
        ("At program exit the register R0 has smin=7 should have been in [0, 1]", "what the program returns"),
        ("R1 invalid mem access 'scalar'", "bpf.read_kernel(T, address)"),
    ],
)
def test_a_refusal_is_explained(log: str, says: str) -> None:
    note = explain(
        f"; x = table[i] @ watch.py:12\n3: (79) r0 = *(u64 *)(r1 +0)\n{log}\nprocessed 4 insns (limit 1000000)\n"
    )
    assert note is not None and says in note
    assert note.startswith("watch.py:12: `x = table[i]`: ")


def test_other_refusals_are_left_as_they_are() -> None:
    assert explain("something new\n") is None
    assert explain("") is None


def test_a_log_without_files_quotes_the_line_alone() -> None:
    assert (explain("; x = table[i]\nR2 unbounded memory access\n") or "").startswith("`x = table[i]`: an index")
