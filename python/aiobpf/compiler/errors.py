"""What the compiler says when it refuses a program."""

from __future__ import annotations

from dataclasses import dataclass

from aiobpf._errors import BpfError


@dataclass(frozen=True)
class Where:
    """A place in a source: what a caret points at. Lines count from 1, columns (of characters) from 0."""

    file: str
    line: int
    column: int
    end_column: int
    text: str


class CompileError(BpfError, SyntaxError):
    """A program, or a part of one, that cannot become a BPF program. Python prints the line and a caret.

    file, line, column: where, both counted from 1. text: the source line. hint: what to write instead, or None.

        except aiobpf.CompileError as error:
            print(error.file, error.line, error.column, error.hint)
    """

    def __init__(self, message: str, where: Where | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.msg = message
        self.hint = hint
        self.file = where.file if where else ""
        self.line = where.line if where else 0
        self.column = where.column + 1 if where else 0
        if where:
            self.filename, self.lineno, self.text = where.file, where.line, where.text
            self.offset, self.end_lineno, self.end_offset = where.column + 1, where.line, where.end_column + 1
        if hint:
            self.add_note(f"hint: {hint}")

    def __str__(self) -> str:
        at = f"{self.file}:{self.line}:{self.column}: " if self.file else ""
        return at + self.message


class CompilerMissingError(BpfError, FileNotFoundError):  # type: ignore[misc]  # errno is always an int here
    """There is no clang that can compile for BPF. The message says how to get one."""
