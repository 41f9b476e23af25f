"""Conditions: comparisons, logic, and what a test shows about references that may be None."""

from __future__ import annotations

import ast

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir
from aiobpf.compiler.arithmetic import Arithmetic
from aiobpf.compiler.places import of_kernel

_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "==",
    ast.IsNot: "!=",
}  # fmt: skip


class Conditions(Arithmetic):
    """Checks tests."""

    def condition(self, node: ast.expr) -> ir.Expr:
        """An expression as a test, of type bool."""
        if not isinstance(node, ast.BoolOp):
            return self.truth(self.value(node), node)
        before = set(self.flow.present)
        result = self.condition(node.values[0])
        for previous, operand in zip(node.values, node.values[1:], strict=False):
            yes, no = self.facts(previous)
            self.flow.present |= yes if isinstance(node.op, ast.And) else no
            sign = "&&" if isinstance(node.op, ast.And) else "||"
            result = ir.Binary(t.boolean, sign, result, self.condition(operand))
        self.flow.present = before
        return result

    def truth(self, value: ir.Expr, node: ast.AST) -> ir.Expr:
        if value.type == t.boolean:
            return value
        if isinstance(value.type, t.Pointer):
            if self.dialect.references_are_values:
                return ir.Binary(t.boolean, "!=", value, ir.Null(value.type))
            self.fail(node, "this is a reference: its truth could mean two things", "say `is not None`, or test .value")
        return ir.Binary(t.boolean, "!=", self.as_number(value, node), ir.Const(t.i32, 0))

    def facts(self, node: ast.expr) -> tuple[set[str], set[str]]:
        """The references that are not None when a test is true, and those when it is false."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yes, no = self.facts(node.operand)
            return no, yes
        if isinstance(node, ast.BoolOp):
            all_facts = [self.facts(one) for one in node.values]
            if isinstance(node.op, ast.And):
                return set().union(*(yes for yes, _ in all_facts)), set()
            return set(), set().union(*(no for _, no in all_facts))
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and _is_none(node.comparators[0]):
            name = _tested(node.left)
            if isinstance(node.ops[0], ast.IsNot | ast.NotEq):
                return name, set()
            return set(), name
        return (_tested(node), set()) if self.dialect.references_are_values else (set(), set())

    def _boolop(self, node: ast.BoolOp) -> ir.Expr:
        if self.dialect.references_are_values:
            return self.condition(node)
        before = set(self.flow.present)
        result = self.value(node.values[0])
        for previous, operand in zip(node.values, node.values[1:], strict=False):
            yes, no = self.facts(previous)
            self.flow.present |= yes if isinstance(node.op, ast.And) else no
            result = self._either(node.op, result, self.value(operand), node)
        self.flow.present = before
        return result

    def _either(self, op: ast.boolop, left: ir.Expr, right: ir.Expr, node: ast.AST) -> ir.Expr:
        if left.type == t.boolean and right.type == t.boolean:
            return ir.Binary(t.boolean, "&&" if isinstance(op, ast.And) else "||", left, right)
        left, right = self.as_number(left, node), self.as_number(right, node)
        wanted = t.common(left.type, right.type)
        first = self.temporary(wanted)
        test = ir.Binary(t.boolean, "!=", ir.Let(wanted, first, left), ir.Const(t.i32, 0))
        then, other = (right, first) if isinstance(op, ast.And) else (first, right)
        return ir.Select(wanted, test, then, other)

    def _ifexp(self, node: ast.IfExp) -> ir.Expr:
        test = self.condition(node.test)
        yes, no = self.facts(node.test)
        before = self.flow.copy()
        self.flow.present |= yes
        then = self.value(node.body)
        self.flow = before.copy()
        self.flow.present |= no
        other = self.value(node.orelse)
        self.flow = before
        return ir.Select(self._joined(then, other, node), test, then, other)

    def _joined(self, a: ir.Expr, b: ir.Expr, node: ast.AST) -> t.Type:
        if isinstance(a.type, t.Int | t.Literal) and isinstance(b.type, t.Int | t.Literal):
            return t.boolean if a.type == b.type == t.boolean else t.common(a.type, b.type)
        for one, two in ((a.type, b.type), (b.type, a.type)):
            if isinstance(one, t.Pointer) and isinstance(two, t.Pointer) and isinstance(two.to, t.Void | type(one.to)):
                return t.Pointer(one.to, one.space, one.nullable or two.nullable)
        self.fail(node, f"one way it is {a.type}, the other way {b.type}")

    def _compare(self, node: ast.Compare) -> ir.Expr:
        left = self.value(node.left)
        result: ir.Expr | None = None
        for index, (op, right_node) in enumerate(zip(node.ops, node.comparators, strict=True)):
            right = self.value(right_node)
            kept = right
            if index + 1 < len(node.ops) and not isinstance(right, ir.Const | ir.Name):
                kept = self.temporary(right.type if not isinstance(right.type, t.Literal) else t.i64)
                right = ir.Let(kept.type, kept, right)
            one = self.compared(left, op, right, node)
            result = one if result is None else ir.Binary(t.boolean, "&&", result, one)
            left = kept
        assert result is not None
        return result

    def compared(self, left: ir.Expr, op: ast.cmpop, right: ir.Expr, node: ast.AST) -> ir.Expr:
        sign = _COMPARE[type(op)]
        is_none = isinstance(left, ir.Null) or isinstance(right, ir.Null)
        if isinstance(op, ast.Is | ast.IsNot) and not is_none:
            self.fail(node, "`is` is for None only", "compare values with ==")
        if _is_text(left) and _is_text(right) and not is_none:
            return self._compare_text(left, sign, right, node)
        if isinstance(left.type, t.Pointer) and isinstance(right.type, t.Pointer):
            return ir.Binary(t.boolean, sign, left, right)
        if is_none:
            self.fail(node, f"{left.type if isinstance(right, ir.Null) else right.type} is never None")
        left, right = self.as_number(left, node), self.as_number(right, node)
        self._check_comparable(left, right, node)
        return ir.Binary(t.boolean, sign, left, right)

    def _check_comparable(self, left: ir.Expr, right: ir.Expr, node: ast.AST) -> None:
        """A constant that no value of the other side's type can be: C would convert it and compare something else."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one.type, t.Literal) and isinstance(other.type, t.Int) and not other.type.signed:
                if one.type.value < 0:
                    self.fail(node, f"{other.type} is never {one.type.value}", f"i64(x) == {one.type.value}")

    def _compare_text(self, left: ir.Expr, sign: str, right: ir.Expr, node: ast.AST) -> ir.Expr:
        if sign not in ("==", "!="):
            self.fail(node, "strings are equal or not", "== and != compare them")
        for side in (left, right):
            if ir.is_place(side) and ir.space_of(side) is not t.Space.DIRECT or of_kernel(side):
                self.fail(node, "this string is in the kernel's memory", "copy it first: name: char[16] = task.comm")
        left, right = self.kept(left, node), self.kept(right, node)
        assert isinstance(left.type, t.Array) and isinstance(right.type, t.Array)
        sizes = left.type.count, right.type.count
        equal = ir.Code(t.boolean, f"equal_strings({{0}}, {sizes[0]}, {{1}}, {sizes[1]})", (left, right))
        return equal if sign == "==" else ir.Unary(t.boolean, "!", equal)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _tested(node: ast.expr) -> set[str]:
    """The local that a test is about."""
    if isinstance(node, ast.NamedExpr):
        return {node.target.id}
    return {node.id} if isinstance(node, ast.Name) else set()


def _is_text(value: ir.Expr) -> bool:
    return isinstance(value.type, t.Array) and value.type.of == t.char
