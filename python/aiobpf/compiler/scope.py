"""What is known at a point of a function: its names, the types of its locals, and what control flow has shown."""

from __future__ import annotations

import ast
import builtins
import difflib
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir
from aiobpf.compiler.convert import Mismatch, convert, join
from aiobpf.compiler.frontend import Source
from aiobpf.compiler.unit import Unit, c_name, namespace

_BUILTINS = {"print", "len", "range", "min", "max", "abs", "int", "bool", "ord", "True", "False", "None"}


@dataclass(frozen=True)
class Dialect:
    """What another language for the same compiler does differently.

    references_are_values: a looked up value is used, and tested, as if it were the value; divides: `/` divides
    integers, as `//` does, and both round towards zero; untyped_records: kernel types are called to cast an address.
    """

    references_are_values: bool = False
    divides: bool = False


NATIVE = Dialect()


@dataclass(frozen=True)
class Meta:
    """Something that exists while compiling only: a map, a type, a function, a module. name: what it was called."""

    value: Any
    name: str


@dataclass
class Flow:
    """Which locals have a value for sure, which references are not None for sure, and which records may be gone."""

    assigned: set[str]
    present: set[str]
    gone: set[str]
    ended: bool = False

    def copy(self) -> Flow:
        return Flow(set(self.assigned), set(self.present), set(self.gone), self.ended)


def merged(a: Flow, b: Flow) -> Flow:
    """What holds where two ways meet."""
    if a.ended or b.ended:
        return b.copy() if a.ended else a.copy()
    return Flow(a.assigned & b.assigned, a.present & b.present, a.gone | b.gone)


class Scope:
    """A function that is being checked. Checked again until the types of its locals stay as they are."""

    def __init__(self, unit: Unit, source: Source, parameters: Iterable[tuple[str, t.Type]]) -> None:
        self.unit = unit
        self.source = source
        self.dialect: Dialect = getattr(source.function, "__bpf_dialect__", NATIVE)
        self.names = namespace(source.function)
        self.types: dict[str, t.Type] = dict(parameters)
        self.declared = set(self.types)
        self.parameters = set(self.types)
        self.global_names = {n for node in ast.walk(source.node) if isinstance(node, ast.Global) for n in node.names}
        self.local_names = set(self.types) | _assigned_names(source.node) - self.global_names
        self.flow = Flow(set(self.types), set(), set())
        self.changed = False
        self.temporaries: dict[str, t.Type] = {}

    def fail(self, node: ast.AST, message: str, hint: str | None = None) -> NoReturn:
        raise self.source.error(node, message, hint)

    def convert(self, value: ir.Expr, wanted: t.Type, node: ast.AST) -> ir.Expr:
        try:
            return convert(value, wanted)
        except Mismatch as mismatch:
            raise self.source.error(node, mismatch.message, mismatch.hint) from None

    def local(self, name: str, node: ast.AST) -> ir.Name:
        """A local that is read."""
        if name not in self.flow.assigned:
            self.fail(node, f"{name} may be used before it has a value", "give it one before the branch or loop")
        if name in self.flow.gone:
            self.fail(node, f"{name} was given back to its ring: it cannot be used any more", "submit() it last")
        type_ = self.types[name]
        if isinstance(type_, t.Pointer) and name in self.flow.present:
            type_ = t.Pointer(type_.to, type_.space)
        return ir.Name(type_, c_name(name))

    def bind(self, name: str, type_: t.Type, node: ast.AST) -> ir.Name:
        """A local that is given a value of a type; its place."""
        known = self.types.get(name)
        if name not in self.declared:
            if isinstance(type_, t.Void):
                self.fail(node, "this has no value")
            wide = t.widened(type_) if isinstance(type_, t.Int | t.Literal) and type_ != t.boolean else type_
            try:
                joined = wide if known is None else join(known, wide)
            except Mismatch as mismatch:
                self.fail(node, f"{name}: {mismatch.message}", mismatch.hint)
            self.changed |= joined != known
            known = self.types[name] = joined
        assert known is not None
        self.flow.assigned.add(name)
        self.flow.gone.discard(name)
        if isinstance(type_, t.Pointer) and not type_.nullable:
            self.flow.present.add(name)
        else:
            self.flow.present.discard(name)
        return ir.Name(known, c_name(name))

    def declare(self, name: str, type_: t.Type, node: ast.AST) -> None:
        """An annotated local."""
        known = self.types.get(name)
        if name in self.declared and known != type_:
            self.fail(node, f"{name} was {known} before", "use another name")
        self.changed |= known != type_
        self.declared.add(name)
        self.types[name] = type_

    def temporary(self, type_: t.Type) -> ir.Name:
        name = f"t{len(self.temporaries)}_"
        self.temporaries[name] = type_
        return ir.Name(type_, name)

    def outer(self, node: ast.Name) -> ir.Expr | Meta:
        """A name that is not the function's own."""
        if node.id in self.names:
            return self.known(self.names[node.id], node.id)
        if node.id in _BUILTINS:
            return self.known(getattr(builtins, node.id), node.id)
        if hasattr(builtins, node.id):
            self.fail(node, f"{node.id}() is not in the language of BPF programs")
        near = difflib.get_close_matches(node.id, [*self.local_names, *self.names], 1)
        self.fail(node, f"there is no name {node.id}", f"did you mean {near[0]}?" if near else None)

    def known(self, value: Any, name: str) -> ir.Expr | Meta:
        """A Python object, as the program sees it."""
        if value is None:
            return ir.Null(t.Pointer(t.void, nullable=True))
        if isinstance(value, bool):
            return ir.Const(t.boolean, int(value))
        if isinstance(value, int | enum.IntEnum):
            return literal(int(value))
        if isinstance(value, str | bytes):
            return text(value)
        return Meta(value, name)


def literal(value: int) -> ir.Const:
    return ir.Const(t.Literal(value), value)


def text(value: str | bytes) -> ir.Text:
    raw = value.encode() if isinstance(value, str) else value
    return ir.Text(t.Array(t.char, len(raw) + 1), raw)


def constant(value: ir.Expr) -> int | None:
    """The value, where it is known."""
    return value.value if isinstance(value, ir.Const) else None


def _assigned_names(function: ast.FunctionDef) -> set[str]:
    names = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.MatchAs) and node.name:
            names.add(node.name)
    return names
