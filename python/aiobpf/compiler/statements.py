"""Statements: from a function's syntax to its body in IR."""

from __future__ import annotations

import ast

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir
from aiobpf.compiler.kernel import KernelRecord
from aiobpf.compiler.loops import Loops
from aiobpf.compiler.scope import Flow, Meta, literal, merged


class Statements(Loops):
    """Checks a function's body. returns: what it gives back; None of a program is 0."""

    returns: t.Type = t.void
    has_context = False

    def begin(self) -> None:
        """Before each pass over the body."""
        self.changed = False
        self.temporaries.clear()
        self.reserved: set[str] = set()
        self.shared: set[str] = set()  # structs and arrays that have another name
        self.loops: list[str] = []
        self.labels = 0
        self.flow = Flow(set(self.parameters), set(), set())

    def context(self, node: ast.AST) -> ir.Expr:
        """The program's context, for helpers that take it."""
        if not self.has_context:
            self.fail(node, "only a program has a context", "call this in the program itself")
        if "outlined" in self.loops:
            self.fail(node, "the body of a loop by a helper has no context", "use range()")
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

    def _do_return(self, node: ast.Return) -> list[ir.Stmt]:
        value: ir.Expr | None = None
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            given = self.value(node.value)
            if isinstance(given.type, t.Void):
                self.fail(node.value, "this has no value")
            value = self.convert(self.stored(given, self.returns), self.returns, node.value)
        elif isinstance(self.returns, t.Pointer):
            value = self.convert(ir.Null(t.Pointer(t.void, nullable=True)), self.returns, node)
        elif not isinstance(self.returns, t.Void):
            if not self.dialect.references_are_values:
                self.fail(node, f"the function returns {self.returns}", "return a value")
            value = ir.Const(t.i32, 0)
        if "outlined" in self.loops:
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
                bound += self.store_local(pattern.name, subject, pattern)  # type: ignore[arg-type]  # it has a line
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
