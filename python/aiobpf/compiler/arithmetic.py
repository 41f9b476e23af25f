"""Arithmetic: C's types and conversions; of constants alone it is exact."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir
from aiobpf.compiler.places import Places
from aiobpf.compiler.scope import constant, literal

_FOLD: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.LShift: operator.lshift, ast.RShift: operator.rshift, ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<",
    ast.RShift: ">>", ast.FloorDiv: "//", ast.Mod: "%", ast.Div: "/",
}  # fmt: skip


class Arithmetic(Places):
    """Checks operators."""

    def _unaryop(self, node: ast.UnaryOp) -> ir.Expr:
        if isinstance(node.op, ast.Not):
            return ir.Unary(t.boolean, "!", self.condition(node.operand))
        operand = self.number(node.operand)
        if isinstance(operand.type, t.Literal):
            value = operand.type.value
            return literal({ast.USub: -value, ast.UAdd: value, ast.Invert: ~value}[type(node.op)])
        sign = {ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}[type(node.op)]
        return ir.Unary(t.promoted(operand.type), sign, operand)

    def _binop(self, node: ast.BinOp) -> ir.Expr:
        return self.binary(self.value(node.left), node.op, self.value(node.right), node)

    def binary(self, left: ir.Expr, op: ast.operator, right: ir.Expr, node: ast.AST) -> ir.Expr:
        """Arithmetic of C's types; of constants alone it is exact."""
        if isinstance(left.type, t.Pointer) and not self._means_value(left):
            return self._pointer_arithmetic(left, op, right, node)
        left, right = self.as_number(left, node), self.as_number(right, node)
        kind: type[ast.operator] = ast.FloorDiv if isinstance(op, ast.Div) else type(op)
        if isinstance(left.type, t.Literal) and isinstance(right.type, t.Literal):
            return self._fold(left.type.value, kind, right.type.value, node)
        if kind in (ast.LShift, ast.RShift):
            return self._shift(left, kind, right, node)
        wanted = t.common(left.type, right.type)
        if kind in (ast.FloorDiv, ast.Mod):
            return self._divide(left, kind, right, wanted, node)
        return ir.Binary(wanted, _SIGNS[kind], left, right)

    def _means_value(self, value: ir.Expr) -> bool:
        assert isinstance(value.type, t.Pointer)
        return self.dialect.references_are_values and isinstance(value.type.to, t.Int)

    def _fold(self, left: int, kind: type[ast.operator], right: int, node: ast.AST) -> ir.Expr:
        try:
            value = _FOLD[kind](left, right)
        except (ZeroDivisionError, ValueError, MemoryError, OverflowError) as error:
            self.fail(node, f"this constant cannot be computed: {error}")
        if not -(1 << 63) <= value < 1 << 64:
            self.fail(node, f"the constant {value} does not fit 64 bits")
        return literal(value)

    def _pointer_arithmetic(self, left: ir.Expr, op: ast.operator, right: ir.Expr, node: ast.AST) -> ir.Expr:
        assert isinstance(left.type, t.Pointer)
        self.check_present(left, node)
        if isinstance(right.type, t.Pointer) and isinstance(op, ast.Sub):
            return ir.Code(t.i64, "((i64)({0}) - (i64)({1}))", (left, right))
        if not isinstance(op, ast.Add | ast.Sub) or isinstance(right.type, t.Pointer):
            self.fail(node, f"{_SIGNS[type(op)]} is not for references", "bpf.address() gives an address as a number")
        if not isinstance(left.type.to, t.Void) and left.type.to.size != 1:
            self.fail(node, f"adding to a reference to {left.type.to}", "name the element: p[i]")
        return ir.Binary(left.type, _SIGNS[type(op)], left, self.as_number(right, node))

    def _shift(self, left: ir.Expr, kind: type[ast.operator], right: ir.Expr, node: ast.AST) -> ir.Expr:
        if isinstance(left.type, t.Literal):  # 1 << n: as wide as can be, for C's int would lose bits
            left = self.convert(left, t.u64 if left.type.value >= 0 else t.i64, node)
        wanted = t.promoted(left.type)
        known, width = constant(right), wanted.size * 8
        if known is not None and not 0 <= known < width:
            self.fail(node, f"a {wanted} cannot be shifted by {known}", f"shift by 0 to {width - 1}")
        if known is None:
            right = ir.Binary(t.promoted(right.type), "&", right, ir.Const(t.i32, width - 1))
        return ir.Binary(wanted, _SIGNS[kind], left, right)

    def _divide(self, left: ir.Expr, kind: type[ast.operator], right: ir.Expr, wanted: t.Int, node: ast.AST) -> ir.Expr:
        known = constant(right)
        if known == 0:
            self.fail(node, "division by zero")
        sign = "/" if kind is ast.FloorDiv else "%"
        if known is not None and not wanted.signed:
            return ir.Binary(wanted, sign, left, right)
        names = ("cut", "rest") if self.dialect.divides and wanted.signed else ("div", "mod")
        function = names[0] if sign == "/" else names[1]
        return ir.Code(wanted, f"{function}_{wanted.name}({{0}}, {{1}})", (left, right))
