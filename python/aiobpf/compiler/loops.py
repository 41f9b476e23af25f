"""Loops: over ranges and constants, while, and by bpf_loop."""

from __future__ import annotations

import ast
from typing import Any

from aiobpf.bpf import _types as t
from aiobpf.bpf._declarations import Global
from aiobpf.bpf._intrinsics import Intrinsic
from aiobpf.bpf._maps import Map
from aiobpf.compiler import ir
from aiobpf.compiler.assignments import Assignments
from aiobpf.compiler.map_methods import Operation, operation
from aiobpf.compiler.scope import Meta, constant, literal
from aiobpf.compiler.unit import c_name

_MOST_ROUNDS = 1 << 23  # of bpf_loop


class Loops(Assignments):
    """Checks loops. loops: the labels of those that are open, the innermost last; labels: how many were given."""

    loops: list[str]
    labels: int

    def body(self, nodes: list[ast.stmt]) -> list[ir.Stmt]:
        raise NotImplementedError

    def _round(self, nodes: list[ast.stmt], label: str) -> list[ir.Stmt]:
        """A loop's body."""
        self.loops.append(label)
        made = self.body(nodes)
        self.loops.pop()
        return made

    def _label(self, node: ast.For | ast.While) -> str:
        self.labels += 1
        return f"done{self.labels}" if node.orelse else ""

    def _do_while(self, node: ast.While) -> list[ir.Stmt]:
        label = self._label(node)
        self.flow.present -= _stored_in(node.body)
        test = self.condition(node.test)
        yes, no = self.facts(node.test)
        endless = constant(test) == 1
        before = self.flow.copy()
        self.flow.present |= yes
        body = self._round(node.body, label)
        breaks = any(isinstance(n, ast.Break) for one in node.body for n in ast.walk(one))
        self.flow = before
        if not breaks:
            self.flow.present |= no
        other = self.body(node.orelse)
        self.flow.ended = (endless and not breaks) or (self.flow.ended and not breaks)
        return [ir.While(node.lineno, test, body, other, label)]

    def _do_for(self, node: ast.For) -> list[ir.Stmt]:
        called = self.evaluate(node.iter.func) if isinstance(node.iter, ast.Call) else None
        if isinstance(called, Meta) and isinstance(called.value, tuple) and called.value[2] == "items":
            return self._for_items(node, operation(self, called.value[0], called.value[1], node))
        if not isinstance(node.target, ast.Name):
            self.fail(node.target, "a loop has one variable")
        if isinstance(called, Meta) and called.value is range:
            return self._for_range(node, node.target.id)
        if isinstance(called, Meta) and isinstance(called.value, Intrinsic) and called.value.name == "loop":
            return self._for_loop(node, node.target.id)
        return self._for_constants(node, node.target.id)

    def _for_range(self, node: ast.For, name: str) -> list[ir.Stmt]:
        assert isinstance(node.iter, ast.Call)
        given = [self.number(one) for one in self.arguments(node.iter, 1, 3)]
        start, stop = (given[0], given[1]) if len(given) > 1 else (literal(0), given[0])
        step = constant(given[2]) if len(given) > 2 else 1
        if not step:
            self.fail(node.iter, "the step of a range is a constant, and not zero")
        made: list[ir.Stmt] = []
        wide = t.common(t.widened(start.type), t.widened(stop.type))
        if wide == t.u64 and step < 0:
            self.fail(node.iter, "counting down over an unsigned number would not end at 0", "use i64(...)")
        start = self.convert(start, wide, node.iter)
        if not isinstance(stop, ir.Const):
            held = self.temporary(wide)
            made.append(ir.Store(node.lineno, held, self.convert(stop, wide, node)))
            stop = held
        counter = self.temporary(wide)
        self.flow.present -= _stored_in(node.body)
        before = self.flow.copy()
        variable = self.bind(name, wide, node)
        label = self._label(node)
        body = self._round(node.body, label)
        self.flow = before
        if self._runs(start, stop, step):
            self.flow.assigned.add(name)
        other = self.body(node.orelse)
        return [*made, ir.ForRange(node.lineno, variable, counter, start, stop, step, body, other, label)]

    @staticmethod
    def _runs(start: ir.Expr, stop: ir.Expr, step: int) -> bool:
        """Whether there is a first round for sure."""
        first, last = constant(start), constant(stop)
        return first is not None and last is not None and len(range(first, last, step)) > 0

    def _for_constants(self, node: ast.For, name: str) -> list[ir.Stmt]:
        """for x in (1, 2, 3), or over a tuple or an enumeration of the module: a round each, written out."""
        values = self._elements(node.iter)
        if any(isinstance(n, ast.Break | ast.Continue) for one in node.body for n in ast.walk(one)) or node.orelse:
            self.fail(node, "break, continue and else are for range() and while", "for i in range(...)")
        made: list[ir.Stmt] = []
        for value in values:
            made += self.store_local(name, value, node)
            made += self.body(node.body)
        return made

    def _elements(self, node: ast.expr) -> list[ir.Expr]:
        if isinstance(node, ast.Tuple | ast.List):
            return [self.value(one) for one in node.elts]
        found: Any = self.evaluate(node) if isinstance(node, ast.Name | ast.Attribute) else None
        if isinstance(found, Meta) and not isinstance(found.value, Map | Global):
            try:
                known = [self.known(one, str(one)) for one in found.value]
            except TypeError:
                known = []
            values = [one for one in known if isinstance(one, ir.Expr)]
            if known and len(values) == len(known):
                return values
        self.fail(node, "a loop goes over range(), bpf.loop(), or constants", "for i in range(n)")

    def _for_loop(self, node: ast.For, name: str) -> list[ir.Stmt]:
        """By bpf_loop."""
        assert isinstance(node.iter, ast.Call)
        (given,) = self.arguments(node.iter, 1)
        count = self.convert(self.number(given), t.u32, given)
        if (rounds := constant(count)) is not None and rounds > _MOST_ROUNDS:
            self.fail(given, f"bpf_loop makes up to {_MOST_ROUNDS} rounds")
        self.unit.helpers.add("loop")
        call = "bpf_loop({0}, {callback}, {frame}, 0);"
        return self._outlined(node, "bpf.loop()", call, (count,), "u32 round_", ((name, t.u64, "round_"),))

    def _for_items(self, node: ast.For, on: Operation) -> list[ir.Stmt]:
        """for key, value in counts.items(): by bpf_for_each_map_elem. The key is a copy, the value a reference."""
        targets = node.target.elts if isinstance(node.target, ast.Tuple) else []
        names = [one.id for one in targets if isinstance(one, ast.Name)]
        key, value = on.info.key, on.info.value
        if len(names) != 2 or len(targets) != 2 or key is None or value is None:
            self.fail(node.target, "the elements of a map are pairs", "for key, value in counts.items():")
        is_number = isinstance(key, t.Int)
        begin = (
            (names[0], key if is_number else t.Pointer(key), "*key_" if is_number else "key_"),
            (names[1], t.Pointer(value), "value_"),
        )
        self.unit.helpers.add("for_each_map_elem")
        parameters = f"void *map_, {t.Pointer(key).c('key_')}, {t.Pointer(value).c('value_')}"
        call = "bpf_for_each_map_elem({0}, {callback}, {frame}, 0);"
        return self._outlined(node, "items()", call, (on.reference,), parameters, begin)

    def _outlined(
        self,
        node: ast.For,
        what: str,
        call: str,
        arguments: tuple[ir.Expr, ...],
        parameters: str,
        begin: tuple[tuple[str, t.Type, str], ...],
    ) -> list[ir.Stmt]:
        """The body becomes a function, which the locals are given to."""
        if node.orelse:
            self.fail(node.orelse[0], f"{what} has no else", "set a flag before break")
        if "outlined" in self.loops:
            self.fail(node, f"{what} in another loop by a helper", "use range() inside, or a function")
        self.flow.present -= _stored_in(node.body)
        before = self.flow.copy()
        started = tuple((self.bind(name, type_, node), value) for name, type_, value in begin)
        self.labels += 1
        label, known = f"loop{self.labels}", set(self.temporaries)
        body = self._round(node.body, "outlined")
        own = tuple(ir.Name(type_, name) for name, type_ in self.temporaries.items() if name not in known)
        self.flow = before
        used = {n.id for one in node.body for n in ast.walk(one) if isinstance(n, ast.Name)}
        frame = tuple(ir.Name(self.types[n], c_name(n)) for n in sorted(used & self.local_names) if n in self.types)
        return [ir.Outlined(node.lineno, call, arguments, parameters, started, body, label, frame, own)]

    def _do_break(self, node: ast.Break) -> list[ir.Stmt]:
        self.flow.ended = True
        return [ir.Break(node.lineno, self.loops[-1] if self.loops else "")]

    def _do_continue(self, node: ast.Continue) -> list[ir.Stmt]:
        self.flow.ended = True
        return [ir.Continue(node.lineno, self.loops[-1] if self.loops else "")]


def _stored_in(nodes: list[ast.stmt]) -> set[str]:
    """What a loop assigns: before a round it may be what an earlier one left, and so None."""
    names = (n for one in nodes for n in ast.walk(one) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}
