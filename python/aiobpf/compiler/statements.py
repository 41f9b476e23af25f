"""Statements: from a function's syntax to its body in IR."""

from __future__ import annotations

import ast
from typing import Any

from aiobpf.bpf import _types as t
from aiobpf.bpf._declarations import Global
from aiobpf.bpf._intrinsics import Intrinsic
from aiobpf.bpf._maps import Map
from aiobpf.compiler import ir
from aiobpf.compiler.calls import Calls
from aiobpf.compiler.kernel import KernelRecord
from aiobpf.compiler.map_methods import Operation, operation
from aiobpf.compiler.scope import Meta, constant, literal, merged
from aiobpf.compiler.unit import MapType, c_name

_MOST_ROUNDS = 1 << 23  # of bpf_loop


class Statements(Calls):
    """Checks a function's body. returns: what it gives back; None of a program is 0."""

    returns: t.Type = t.void
    is_program = False
    has_context = False

    def begin(self) -> None:
        """Before each pass over the body."""
        self.changed = False
        self.temporaries.clear()
        self.reserved: set[str] = set()
        self._shared: set[str] = set()  # structs and arrays that have another name
        self._loops: list[str] = []
        self._labels = 0
        self.flow.assigned, self.flow.present, self.flow.ended = set(self.parameters), set(), False

    def context(self, node: ast.AST) -> ir.Expr:
        """The program's context, for helpers that take it."""
        if not self.has_context:
            self.fail(node, "only a program has a context", "call this in the program itself")
        return ir.Name(t.Pointer(t.void), "ctx")

    def body(self, nodes: list[ast.stmt]) -> list[ir.Stmt]:
        made: list[ir.Stmt] = []
        for node in nodes:
            if self.flow.ended:
                break  # unreachable, as in Python
            method = getattr(self, f"_do_{type(node).__name__.lower()}", None)
            if method is None:
                self.fail(node, f"{type(node).__name__.lower()} is not in the language of BPF programs here")
            made += method(node)
        return made

    def _do_expr(self, node: ast.Expr) -> list[ir.Stmt]:
        if isinstance(node.value, ast.Constant):  # a docstring, or an ellipsis
            return []
        if not isinstance(node.value, ast.Call):
            self.fail(node, "this does nothing", "assign it, or return it")
        found = self.call(node.value)
        if isinstance(found, Meta | ir.Fill | ir.Construct):
            self.fail(node, "this does nothing", "assign it, or return it")
        return [ir.Do(node.lineno, found)]

    def _do_pass(self, node: ast.Pass) -> list[ir.Stmt]:
        return []

    def _do_assign(self, node: ast.Assign) -> list[ir.Stmt]:
        if len(node.targets) > 1 or isinstance(node.targets[0], ast.Tuple):
            return self._several(node)
        return self._assign(node.targets[0], node.value, node)

    def map_operation(self, node: ast.expr, at: ast.AST) -> Operation | None:
        """What may be done with an expression that is a map, or a reference to one; None: it is neither."""
        found = self.evaluate(node)
        if isinstance(found, Meta):
            if not isinstance(found.value, Map):
                return None
            return operation(self, self.map_reference(found), found.value, at)
        found = self.load(found)
        if isinstance(found.type, t.Pointer) and isinstance(found.type.to, MapType):
            self.check_present(found, node)
            return operation(self, found, found.type.to.declaration, at)
        return None

    def _several(self, node: ast.Assign) -> list[ir.Stmt]:
        """a = b = x, and a, b = x, y: all values are computed before the first is stored."""
        if len(node.targets) == 1:
            target = node.targets[0]
            assert isinstance(target, ast.Tuple)
            if not isinstance(node.value, ast.Tuple) or len(node.value.elts) != len(target.elts):
                self.fail(node, "as many values as targets", "a, b = x, y")
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        else:
            pairs = [(one, node.value) for one in node.targets]
        made: list[ir.Stmt] = []
        kept: list[tuple[ast.expr, ir.Expr]] = []
        first: ir.Expr | None = None
        for target_node, value_node in pairs:
            if len(node.targets) > 1 and first is not None:
                value = first
            else:
                value = self.value(value_node)
                if isinstance(value.type, t.Record | t.Array):
                    self.fail(value_node, "a struct or an array is assigned in a statement of its own")
                if not isinstance(value, ir.Const):
                    held = self.temporary(value.type)
                    made.append(ir.Store(node.lineno, held, value))
                    value = held
                first = value
            kept.append((target_node, value))
        for target_node, value in kept:
            made += self.store(target_node, value, node)
        return made

    def _assign(self, target: ast.expr, value_node: ast.expr, node: ast.stmt) -> list[ir.Stmt]:
        if isinstance(target, ast.Subscript):
            on = self.map_operation(target.value, node)
            if on is not None:
                update = on.update(on.key(target.slice), on.value(value_node), ir.Const(t.i32, 0))
                return [ir.Do(node.lineno, update)]
        return self.store(target, self.value(value_node), node)

    def store(self, target: ast.expr, value: ir.Expr, node: ast.stmt) -> list[ir.Stmt]:
        """Stores a value in what is on the left."""
        if isinstance(target, ast.Name) and target.id not in self.global_names:
            return self._store_local(target.id, value, node)
        if isinstance(target, ast.Name):
            variable = self._declared_global(target)
            held = self.convert(self._stored(value, variable.type), variable.type, node)
            return [ir.Store(node.lineno, variable, held)]
        if not isinstance(target, ast.Attribute | ast.Subscript):
            self.fail(target, "this cannot be assigned to")
        place = self.evaluate(target)
        if isinstance(place, Meta) or not ir.is_place(place):
            self.fail(target, "this cannot be assigned to")
        self._check_writable(place, target)
        return [ir.Store(node.lineno, place, self.convert(self._stored(value, place.type), place.type, node))]

    def _declared_global(self, node: ast.Name) -> ir.Expr:
        """A name after `global`, which a dialect has."""
        found = self.outer(node)
        if not isinstance(found, Meta) or not isinstance(found.value, Global):
            self.fail(node, f"{node.id} is not a global of the program", "declare it with @bpfglobal")
        return self.global_place(found)

    def _do_global(self, node: ast.Global) -> list[ir.Stmt]:
        return []

    def _stored(self, value: ir.Expr, wanted: t.Type) -> ir.Expr:
        if isinstance(value.type, t.Pointer) and isinstance(wanted, t.Int) and self.dialect.references_are_values:
            return self.as_number(value, self.source.node)
        return value

    def _check_writable(self, place: ir.Expr, node: ast.AST) -> None:
        if ir.space_of(place) is not t.Space.DIRECT:
            self.fail(node, "this is the kernel's memory, or a user's: it can only be read")
        base = place
        while isinstance(base, ir.Member | ir.Element):
            base = base.base
        if isinstance(base, ir.Name) and any(g.name == base.name and g.is_const for g in self.unit.globals.values()):
            self.fail(node, f"{base.name} is a constant", "declare it with bpf.Global")

    def _store_local(self, name: str, value: ir.Expr, node: ast.stmt) -> list[ir.Stmt]:
        if isinstance(value.type, t.Record | t.Array) and ir.is_place(value) and name not in self.declared:
            # As in Python, another name for the same thing.
            if isinstance(value, ir.Name):
                self._shared.add(value.name)
            value = ir.Address(t.Pointer(value.type, ir.space_of(value)), value)
        elif c_name(name) in self._shared and isinstance(value.type, t.Record | t.Array):
            self.fail(node, f"{name} has another name, which would change too", "use another variable")
        if isinstance(value, ir.Fill) and not value.type.size and name not in self.declared:
            self.fail(node, f"how long may {name} become?", f"{name}: char[64] = ...")
        if self.dialect.references_are_values and name in self.declared:
            value = self._stored(value, self.types[name])
        if name in self.parameters and isinstance(self.types[name], t.Record | t.Array):
            self.fail(node, f"{name} is a parameter: it cannot be another struct")
        place = self.bind(name, value.type, node)
        if isinstance(value, ir.Code) and value.template.startswith("AIOBPF_RESERVE"):
            self.reserved.add(place.name)
        else:
            self.reserved.discard(place.name)
        if isinstance(place.type, t.Pointer):
            return [ir.Store(node.lineno, place, value)]
        return [ir.Store(node.lineno, place, self.convert(value, place.type, node))]

    def _do_annassign(self, node: ast.AnnAssign) -> list[ir.Stmt]:
        if not isinstance(node.target, ast.Name):
            self.fail(node, "only a local is annotated")
        type_ = self.unit.by_value(self.unit.annotated(self.source, node.annotation))
        name = node.target.id
        if node.value is None:
            self.declare(name, type_, node)
            if isinstance(type_, t.Record | t.Array):  # they are there, all zero
                self.flow.assigned.add(name)
                return [ir.Store(node.lineno, ir.Name(type_, c_name(name)), ir.Construct(type_, type_, ()))]  # type: ignore[arg-type]
            return []
        value = self.value(node.value)
        self.declare(name, type_, node)
        return self._store_local(name, value, node)

    def _do_augassign(self, node: ast.AugAssign) -> list[ir.Stmt]:
        if isinstance(node.target, ast.Subscript):
            on = self.map_operation(node.target.value, node)
            if on is not None:
                return self._add_to_map(on, node)
        if isinstance(node.target, ast.Name):
            is_global = node.target.id in self.global_names
            name = node.target
            place: ir.Expr | Meta = self._declared_global(name) if is_global else self.local(name.id, name)
        else:
            place = self.evaluate(node.target)
        if isinstance(place, Meta) or not ir.is_place(place):
            self.fail(node.target, "this cannot be assigned to")
        value = self.binary(self.load(place), node.op, self.value(node.value), node)
        if isinstance(node.target, ast.Name) and node.target.id not in self.global_names:
            return self._store_local(node.target.id, value, node)
        self._check_writable(place, node.target)
        return [ir.Store(node.lineno, place, self.convert(value, place.type, node))]

    def _add_to_map(self, on: Operation, node: ast.AugAssign) -> list[ir.Stmt]:
        assert isinstance(node.target, ast.Subscript)
        if not isinstance(node.op, ast.Add | ast.Sub):
            self.fail(node, "a value of a map is added to, or subtracted from, at once", "lookup() it for the rest")
        by = self.number(node.value)
        if isinstance(node.op, ast.Sub):
            known = constant(by)
            by = literal(-known) if known is not None else ir.Unary(t.promoted(by.type), "-", by)
        return [ir.Do(node.lineno, on.add(on.key(node.target.slice), by))]

    def _do_delete(self, node: ast.Delete) -> list[ir.Stmt]:
        made: list[ir.Stmt] = []
        for target in node.targets:
            on = self.map_operation(target.value, node) if isinstance(target, ast.Subscript) else None
            if on is None:
                self.fail(target, "only a key of a map is deleted", "del counts[key]")
            assert isinstance(target, ast.Subscript)
            made.append(ir.Do(node.lineno, on.delete(on.key(target.slice))))
        return made

    def _do_return(self, node: ast.Return) -> list[ir.Stmt]:
        value: ir.Expr | None = None
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            given = self.value(node.value)
            if isinstance(given.type, t.Void):
                self.fail(node.value, "this has no value")
            value = self.convert(self._stored(given, self.returns), self.returns, node.value)
        elif isinstance(self.returns, t.Pointer):
            value = self.convert(ir.Null(t.Pointer(t.void, nullable=True)), self.returns, node)
        elif not isinstance(self.returns, t.Void):
            if not self.dialect.references_are_values:
                self.fail(node, f"the function returns {self.returns}", "return a value")
            value = ir.Const(t.i32, 0)
        if "outlined" in self._loops:
            self.fail(node, "return in a bpf.loop()", "set a flag, break, and return after the loop")
        self.flow.ended = True
        return [ir.Return(node.lineno, value)]

    def _do_if(self, node: ast.If) -> list[ir.Stmt]:
        test = self.condition(node.test)
        yes, no = self.facts(node.test)
        before = self.flow.copy()
        self.flow.present |= yes
        then = self.body(node.body)
        after_then, self.flow = self.flow, before
        self.flow.present |= no
        other = self.body(node.orelse)
        self.flow = merged(after_then, self.flow)
        return [ir.If(node.lineno, test, then, other)]

    def _do_assert(self, node: ast.Assert) -> list[ir.Stmt]:
        self.fail(node, "assert is not in the language of BPF programs", "return where it does not hold")

    def _do_match(self, node: ast.Match) -> list[ir.Stmt]:
        subject = self.number(node.subject)
        kept = subject if isinstance(subject, ir.Name | ir.Const) else self.temporary(t.promoted(subject.type))
        made: list[ir.Stmt] = [] if kept is subject else [ir.Store(node.lineno, kept, subject)]
        return made + self._cases(node.cases, kept, node)

    def _cases(self, cases: list[ast.match_case], subject: ir.Expr, node: ast.Match) -> list[ir.Stmt]:
        if not cases:
            return []
        case, rest = cases[0], cases[1:]
        before = self.flow.copy()
        bound: list[ir.Stmt] = []
        test = self._pattern(case.pattern, subject, bound)
        if case.guard is not None:
            if bound:
                self.fail(case.guard, "a guard on a name that the pattern binds", "use if and elif")
            guard = self.condition(case.guard)
            test = guard if test is None else ir.Binary(t.boolean, "&&", test, guard)
        then = bound + self.body(case.body)
        after, self.flow = self.flow, before
        if test is None:
            if rest:
                self.fail(rest[0].pattern, "this case is never reached")
            self.flow = after
            return then
        other = self._cases(rest, subject, node)
        self.flow = merged(after, self.flow)
        line = case.pattern.lineno
        return [ir.If(line, test, then, other)]

    def _pattern(self, pattern: ast.pattern, subject: ir.Expr, bound: list[ir.Stmt]) -> ir.Expr | None:
        """A pattern as a test; None: it always matches."""
        if isinstance(pattern, ast.MatchValue):
            return self.compared(subject, ast.Eq(), self.value(pattern.value), pattern)
        if isinstance(pattern, ast.MatchSingleton) and pattern.value is not None:
            return self.compared(subject, ast.Eq(), literal(int(pattern.value)), pattern)
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
            if pattern.name is not None:
                bound += self._store_local(pattern.name, subject, pattern)  # type: ignore[arg-type]  # it has a line
            return None
        if isinstance(pattern, ast.MatchOr):
            result: ir.Expr | None = None
            for one in pattern.patterns:
                test = self._pattern(one, subject, bound)
                if test is None:
                    return None
                result = test if result is None else ir.Binary(t.boolean, "||", result, test)
            return result
        self.fail(pattern, "a pattern is an integer, several of them with |, or _")

    def _do_with(self, node: ast.With) -> list[ir.Stmt]:
        if len(node.items) != 1 or node.items[0].optional_vars is not None:
            self.fail(node, "with is for one spin lock", "with entry.lock:")
        lock = self.evaluate(node.items[0].context_expr)
        if (
            isinstance(lock, Meta)
            or not isinstance(lock.type, t.Opaque | KernelRecord)
            or lock.type.name != "bpf_spin_lock"
        ):
            self.fail(node.items[0].context_expr, "this is not a spin lock", "declare a member `lock: bpf.spin_lock`")
        body = self.body(node.body)
        if self.flow.ended or any(isinstance(n, ast.Return | ast.Break | ast.Continue) for n in ast.walk(node)):
            self.fail(node, "leaving a `with` on the way would keep the lock", "set a variable, and leave after it")
        self.unit.helpers |= {"spin_lock", "spin_unlock"}
        return [ir.Locked(node.lineno, lock, body)]

    # Loops

    def _round(self, nodes: list[ast.stmt], label: str) -> list[ir.Stmt]:
        """A loop's body."""
        self._loops.append(label)
        made = self.body(nodes)
        self._loops.pop()
        return made

    def _label(self, node: ast.For | ast.While) -> str:
        self._labels += 1
        return f"done{self._labels}" if node.orelse else ""

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
        if not isinstance(node.target, ast.Name):
            self.fail(node.target, "a loop has one variable")
        called = self.evaluate(node.iter.func) if isinstance(node.iter, ast.Call) else None
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
            made += self._store_local(name, value, node)
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
        """By bpf_loop: the body becomes a function, which the locals are given to."""
        assert isinstance(node.iter, ast.Call)
        if node.orelse:
            self.fail(node.orelse[0], "bpf.loop() has no else", "set a flag before break")
        if "outlined" in self._loops:
            self.fail(node, "a bpf.loop() in another one", "use range() inside, or a function")
        (given,) = self.arguments(node.iter, 1)
        count = self.convert(self.number(given), t.u32, given)
        if (known := constant(count)) is not None and known > _MOST_ROUNDS:
            self.fail(given, f"bpf_loop makes up to {_MOST_ROUNDS} rounds")
        self.flow.present -= _stored_in(node.body)
        before = self.flow.copy()
        variable = self.bind(name, t.u64, node)
        self._labels += 1
        body = self._round(node.body, "outlined")
        self.flow = before
        used = {n.id for one in node.body for n in ast.walk(one) if isinstance(n, ast.Name)}
        frame = tuple(ir.Name(self.types[n], c_name(n)) for n in sorted(used & self.local_names) if n in self.types)
        self.unit.helpers.add("loop")
        return [ir.Outlined(node.lineno, variable, count, body, f"loop{self._labels}", frame)]

    def _do_break(self, node: ast.Break) -> list[ir.Stmt]:
        self.flow.ended = True
        return [ir.Break(node.lineno, self._loops[-1] if self._loops else "")]

    def _do_continue(self, node: ast.Continue) -> list[ir.Stmt]:
        self.flow.ended = True
        return [ir.Continue(node.lineno, self._loops[-1] if self._loops else "")]


def _stored_in(nodes: list[ast.stmt]) -> set[str]:
    """What a loop assigns: before a round it may be what an earlier one left, and so None."""
    names = (n for one in nodes for n in ast.walk(one) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}
