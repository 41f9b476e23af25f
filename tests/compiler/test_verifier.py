"""What the verifier refuses: its log quotes the Python lines, and the error says in Python's terms what to change."""

from __future__ import annotations

from typing import Any

import aiobpf
import pytest
from aiobpf import bpf
from aiobpf.bpf import i32, i64, u32, u64
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
