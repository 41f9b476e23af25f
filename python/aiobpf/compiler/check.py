"""Checks programs and functions: from their Python to FunctionIr."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from aiobpf.bpf import _types as t
from aiobpf.bpf._declarations import ProgramMark
from aiobpf.compiler import ir
from aiobpf.compiler.frontend import read_function
from aiobpf.compiler.sections import enter
from aiobpf.compiler.statements import Statements
from aiobpf.compiler.unit import FunctionInfo, Unit, c_name, mark_of

_PASSES = 8  # over a body, until the types of its locals stay: they only widen, so two or three are what it takes


def check_program(unit: Unit, function: Callable[..., Any]) -> ir.FunctionIr:
    """Raises CompileError."""
    mark = mark_of(function)
    assert isinstance(mark, ProgramMark)
    source = read_function(function)
    name = unit.claim(function.__name__, function)
    if name == mark.section.lstrip("?") or name != function.__name__:
        raise source.error(source.node, f"a program cannot be called {function.__name__}", "give it another name")
    entry = enter(unit, source, mark.section)
    declared = None if source.node.returns is None else unit.annotated(source, source.node.returns)
    if declared is not None and not isinstance(declared, t.Int | t.Void):
        assert source.node.returns is not None
        raise source.error(source.node.returns, f"a program returns an integer, not {declared}", "-> i32")
    returns: t.Type = declared or t.void
    scope = Statements(unit, source, [(p.name, p.type) for p in entry.parameters])
    scope.has_context = True
    made = ir.FunctionIr(name, source.file, source.node.lineno, entry.parameters, returns)
    made.section, made.context = mark.section, entry.context
    if "ctx" in scope.local_names - scope.parameters:
        raise source.error(source.node, "in a program, ctx is the context", "call the variable something else")
    return _body(scope, made, returns)


def check_function(unit: Unit, info: FunctionInfo) -> ir.FunctionIr:
    """Raises CompileError."""
    scope = Statements(unit, info.source, info.parameters)
    parameters = [ir.Parameter(c_name(name), type_) for name, type_ in info.parameters]
    node = info.source.node
    made = ir.FunctionIr(info.name, info.source.file, node.lineno, parameters, info.returns, inline=info.inline)
    return _body(scope, made, info.returns)


def _body(scope: Statements, made: ir.FunctionIr, returns: t.Type) -> ir.FunctionIr:
    scope.returns = returns
    node = scope.source.node
    for _ in range(_PASSES):
        scope.begin()
        made.body = scope.body(node.body)
        if not scope.changed:
            break
    if not isinstance(returns, t.Void) and not scope.flow.ended and not scope.dialect.references_are_values:
        scope.fail(node, f"{node.name}() may end without returning a {returns}", "return a value at its end")
    locals_ = {c_name(n): type_ for n, type_ in scope.types.items() if n not in scope.parameters}
    made.locals = {**locals_, **scope.temporaries}
    return made


def check_unit(unit: Unit, programs: Iterable[Callable[..., Any]]) -> None:
    """Programs, and all functions that they call."""
    todo, done = list(programs), []
    while todo or unit.waiting:
        while unit.waiting:
            unit.done.insert(0, check_function(unit, unit.waiting.pop()))
        for program in todo:
            unit.done.append(check_program(unit, program))
        done += todo
        jumps = [p for m in unit.maps.values() for p in getattr(m.declaration, "programs", {}).values()]
        todo = [p for p in dict.fromkeys(jumps) if p not in done]
