"""print(): to the kernel's trace pipe, by bpf_trace_printk, or by bpf_trace_vprintk where it has many arguments."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir

if TYPE_CHECKING:
    from aiobpf.compiler.calls import Calls

_SPEC = re.compile(r"([<>-]?)([+ ]?)(#?)(0?)(\d*)([duxXcsop]?)")
_MOST = 12  # arguments of bpf_trace_vprintk


def printed(checker: Calls, node: ast.Call) -> ir.Expr:
    """print("text"), print(f"{x:5d}"), print("a", b): parts are separated by a space, as in Python."""
    if node.keywords:
        checker.fail(node.keywords[0], f"print() in a BPF program has no {node.keywords[0].arg}=")
    format_, values = "", []
    for index, part in enumerate(node.args):
        if index:
            format_ += " "
        pieces = part.values if isinstance(part, ast.JoinedStr) else [part]
        for piece in pieces:
            if isinstance(piece, ast.Constant) and isinstance(piece.value, str):
                format_ += piece.value.replace("%", "%%")
                continue
            hole, value = _hole(checker, piece)
            format_ += hole
            values.append(value)
    if len(values) > _MOST:
        checker.fail(node, f"print() has {len(values)} values: the kernel prints up to {_MOST}", "print in two lines")
    if not format_.isascii():
        checker.fail(node, "the kernel prints ASCII only")
    return _call(checker, format_, values)


def _call(checker: Calls, format_: str, values: list[ir.Expr]) -> ir.Expr:
    text = quoted(format_.encode())
    if len(values) <= 3:
        checker.unit.helpers.add("trace_printk")
        holes = "".join(f", {{{i}}}" for i in range(len(values)))
        call = f"bpf_trace_printk(format_, sizeof(format_){holes});"
    else:
        checker.unit.helpers.add("trace_vprintk")
        holes = ", ".join(f"(u64)({{{i}}})" for i in range(len(values)))
        call = (
            f"u64 values_[] = {{{{ {holes} }}}}; bpf_trace_vprintk(format_, sizeof(format_), values_, sizeof(values_));"
        )
    text = text.replace("{", "{{").replace("}", "}}")
    return ir.Code(t.i64, f"({{{{ static const char format_[] = {text}; {call} }}}})", tuple(values))


def _hole(checker: Calls, node: ast.expr) -> tuple[str, ir.Expr]:
    """One value, and the format for it."""
    spec = ""
    if isinstance(node, ast.FormattedValue):
        if node.conversion != -1:
            checker.fail(node, "the kernel knows no !r, !s or !a")
        parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
        if not all(isinstance(part, ast.Constant) for part in parts):
            checker.fail(node, "a format is written out: {x:08x}")
        spec = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
        inner = node.value
    else:
        inner = node
    found = _SPEC.fullmatch(spec)
    if found is None:
        checker.fail(node, f"the kernel has no format {spec!r}", "d, u, x, X, c and a width: {x:5d}, {x:08x}")
    align, sign, prefix, zero, width, letter = found.groups()
    value = checker.value(inner)
    if isinstance(value.type, t.Pointer) and checker.dialect.references_are_values:
        value = checker.implicit(value, inner)
    flags = ("-" if align in ("<", "-") else "") + sign + prefix + zero + width
    return _format(checker, value, flags, letter, inner)


def _format(checker: Calls, value: ir.Expr, flags: str, letter: str, node: ast.expr) -> tuple[str, ir.Expr]:
    type_ = value.type
    if isinstance(type_, t.Array) and type_.of == t.char:
        if letter not in ("", "s"):
            checker.fail(node, f"a string has no format {letter!r}")
        value = checker.kept(value, node)
        return f"%{flags}s", ir.Address(t.Pointer(t.char), value) if ir.is_place(value) else value
    if isinstance(type_, t.Pointer):
        checker.check_present(value, node)
        if isinstance(type_.to, t.Int) and type_.to != t.char and type_.space is t.Space.DIRECT:
            checker.fail(node, f"this is a reference to a {type_.to}, not its value", "take its .value")
        is_text = type_.to == t.char or isinstance(type_.to, t.Array) and type_.to.of == t.char
        user = type_.space is t.Space.USER
        return ("%pus" if user else f"%{flags}s") if is_text else "%p", value
    if not isinstance(type_, t.Int | t.Literal):
        checker.fail(node, f"{type_} cannot be printed", "print its members")
    if letter in ("s", "o", "p"):
        checker.fail(node, f"an integer has no format {letter!r} in the kernel")
    if letter == "c":
        return "%c", ir.Convert(t.i32, value)
    promoted = t.promoted(type_)
    length = "ll" if promoted.size == 8 else ""
    if letter in ("", "d", "u"):
        letter = "d" if promoted.signed and letter != "u" else "u"
    return f"%{flags}{length}{letter}", value


def quoted(raw: bytes) -> str:
    """A string constant of C."""
    safe = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\t"): "\\t"}
    return '"' + "".join(safe.get(b) or (chr(b) if 32 <= b < 127 else f"\\{b:03o}") for b in raw) + '"'
