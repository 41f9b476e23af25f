"""What is outside of the language is refused, at the exact place, with a sentence that says what to write instead."""

from __future__ import annotations

import linecache
import pathlib
import re
import traceback
from dataclasses import dataclass
from types import ModuleType

import aiobpf
import pytest
from aiobpf.compiler import to_c

TABLE = pathlib.Path(__file__).with_name("refusals.txt")
PRELUDE = """\
from aiobpf import bpf
from aiobpf.bpf import bits, char, helpers, i32, i64, u8, u32, u64
from aiobpf.bpf.kernel import XDP_NOTHING, no_such_struct, task_struct
from support import Args

@bpf.struct
class Key:
    pid: u32
    name: char[8]

@bpf.struct
class Flags:
    low: bits[u32, 3]
    sign: bits[i32, 4]

ring = bpf.RingBuf(4096)
counts = bpf.HashMap(u32, u64, 16)
names = bpf.HashMap(Key, Key, 16)
total = bpf.Global(u64)
limit = bpf.Const(u32, 7)

def plain(x):
    return x

@bpf.function
def half(x: i64) -> i64:
    return x // 2

@bpf.function
def endless(x: i64) -> i64:
    return back(x - 1)

@bpf.function
def back(x: i64) -> i64:
    return endless(x)

@bpf.function
def parent_of(task: task_struct) -> i32:
    return task.real_parent.tgid

@bpf.program("syscall")
def other(args: Args) -> None:
    pass

"""


@dataclass(frozen=True)
class Refusal:
    """text: of the program; line: which one has the caret (None: the whole program is meant)."""

    text: str
    line: int | None
    caret: tuple[int, int]
    message: str
    hint: str | None
    row: int

    def __str__(self) -> str:
        return f"line{self.row}"


def read_table() -> list[Refusal]:
    found, row = [], 1
    for block in TABLE.read_text().split("\n\n"):
        if not block.startswith("#"):
            found.append(parse(block.strip("\n").split("\n"), row))
        row += block.count("\n") + 2
    return found


def parse(lines: list[str], row: int) -> Refusal:
    hint = lines.pop().removeprefix("hint: ") if lines[-1].startswith("hint: ") else None
    message = lines.pop()
    carets = [i for i, line in enumerate(lines) if re.fullmatch(r" *\^+", line)]
    caret = lines.pop(carets[0]) if carets else ""
    indent = 0
    if not re.match(r"(async )?def ", lines[0]):
        indent = 4
        after = [] if lines[-1].startswith(("return", " " * 4)) and "return" in lines[-1] else ["return 0"]
        lines = ["def program(args: Args) -> i32:", *(f"    {line}" for line in [*lines, *after])]
    section = lines[0].partition("# ")[2] or "syscall"
    start = len(caret) - len(caret.lstrip()) + indent
    return Refusal(
        f'@bpf.program("{section}")\n' + "\n".join(lines) + "\n",
        carets[0] - 1 + (1 if indent else 0) + 1 if carets else None,
        (start + 1, start + len(caret.strip()) + 1),
        message, hint, row,
    )  # fmt: skip


REFUSALS = read_table()


def compile_text(text: str, name: str) -> str:
    source = PRELUDE + text
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    module = ModuleType("refused")
    exec(compile(source, name, "exec", dont_inherit=True), module.__dict__)
    return to_c(module.program)


@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_refused(refusal: Refusal) -> None:
    with pytest.raises(aiobpf.CompileError) as caught:
        compile_text(refusal.text, "<refused>")
    error = caught.value
    assert (error.msg, error.hint) == (refusal.message, refusal.hint)
    if refusal.line is not None:
        first = PRELUDE.count("\n") + 1
        assert (error.line - first, error.column, error.end_offset) == (refusal.line, *refusal.caret)
        assert error.text == (PRELUDE + refusal.text).split("\n")[error.line - 1]


def test_python_shows_the_line_with_a_caret_and_the_hint() -> None:
    with pytest.raises(SyntaxError) as caught:
        compile_text('@bpf.program("syscall")\ndef program(args: Args) -> i32:\n    return 7 / 2\n', "<shown>")
    shown = "".join(traceback.format_exception_only(caught.value))
    line = PRELUDE.count("\n") + 3
    assert f'File "<shown>", line {line}\n    return 7 / 2\n           ^^^^^\n' in shown
    assert shown.endswith("hint: there are no fractions: // divides integers\n")


def test_a_place_counts_characters_and_not_bytes() -> None:
    with pytest.raises(aiobpf.CompileError) as caught:
        compile_text(
            '@bpf.program("syscall")\ndef program(args: Args) -> i32:\n    größe = 1; x = 2 / größe\n    return 0\n',
            "<ü>",
        )
    assert (caught.value.column, caught.value.end_offset) == (20, 29)


def test_what_is_not_a_program_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="is not a program"):
        to_c(len)


def test_a_module_without_programs_is_refused() -> None:
    with pytest.raises(aiobpf.CompileError, match="there is no program"):
        to_c(ModuleType("empty"))
