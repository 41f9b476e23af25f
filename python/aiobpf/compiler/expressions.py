"""Expressions: from syntax to typed IR."""

from __future__ import annotations

import ast
import difflib
import enum
import inspect
import operator
from collections.abc import Callable
from types import ModuleType
from typing import Any

from aiobpf.bpf import _types as t
from aiobpf.bpf._declarations import Global
from aiobpf.bpf._maps import Map
from aiobpf.bpf.kernel import KernelName
from aiobpf.compiler import ir
from aiobpf.compiler.kernel import KernelRecord
from aiobpf.compiler.scope import Meta, Scope, constant, literal
from aiobpf.compiler.unit import MapType

_FOLD: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.LShift: operator.lshift, ast.RShift: operator.rshift, ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_, ast.BitXor: operator.xor,
}  # fmt: skip
_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<",
    ast.RShift: ">>", ast.FloorDiv: "//", ast.Mod: "%", ast.Div: "/",
}  # fmt: skip
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "==",
    ast.IsNot: "!=",
}  # fmt: skip
#: Members of contexts that are pointers into a packet, although they are declared as u32.
_PACKET = {"data", "data_end", "data_meta"}
_PACKET_CONTEXTS = {"xdp_md", "__sk_buff"}
#: Members of contexts that are never NULL.
_PRESENT = {"meta", "state", "skb"}


class Expressions(Scope):
    """Checks expressions."""

    def call(self, node: ast.Call) -> ir.Expr | Meta:
        raise NotImplementedError

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

    def value(self, node: ast.expr) -> ir.Expr:
        """An expression's value: what a place holds, or the place itself of a struct or an array."""
        found = self.evaluate(node)
        if isinstance(found, Meta) and isinstance(found.value, Global) and self.dialect.references_are_values:
            found = self.global_place(found)
        if isinstance(found, Meta) and isinstance(found.value, KernelName):
            found = self.enumerator(found.value.name, node)
        if isinstance(found, Meta):
            self.fail(node, f"{found.name} is not a value in a BPF program", _meta_hint(found.value))
        return self.load(found)

    def enumerator(self, name: str, node: ast.AST) -> ir.Expr:
        """A constant of one of the kernel's enumerations."""
        value = self.unit.kernel.enumerator(name)
        if value is None:
            is_type = self.unit.kernel.record(name) is not None
            self.fail(node, f"{name} is a type" if is_type else f"the kernel has no enumerator {name}")
        return literal(value)

    def load(self, found: ir.Expr) -> ir.Expr:
        if not ir.is_place(found) or isinstance(found.type, t.Record | t.Array):
            return found
        space = ir.space_of(found)
        if isinstance(found, ir.Member) and found.bits and _of_kernel(found):
            return ir.BitRead(found.type, found, space is not t.Space.DIRECT)
        if space is t.Space.DIRECT:
            return found
        type_ = found.type
        if isinstance(type_, t.Pointer) and space is t.Space.USER:
            type_ = t.Pointer(type_.to, t.Space.USER)
        return ir.Read(type_, found)

    def number(self, node: ast.expr) -> ir.Expr:
        """An integer, of any width."""
        return self.as_number(self.value(node), node)

    def as_number(self, value: ir.Expr, node: ast.AST) -> ir.Expr:
        if isinstance(value.type, t.Pointer) and self.dialect.references_are_values:
            value = self.implicit(value, node)
        if isinstance(value.type, t.Int | t.Literal):
            return value
        return self.convert(value, t.i64, node)

    def implicit(self, value: ir.Expr, node: ast.AST) -> ir.Expr:
        """What a reference refers to, where the dialect has it so."""
        assert isinstance(value.type, t.Pointer)
        if isinstance(value.type.to, t.Int):
            if value.type.nullable:
                self.fail(node, "this may be None", "test it with `if` first")
            return self.load(ir.Deref(value.type.to, value))
        if isinstance(value.type.to, t.Void):
            return ir.Convert(t.u64, value)
        return value

    def evaluate(self, node: ast.expr) -> ir.Expr | Meta:
        """An expression, not yet loaded."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            self.fail(node, f"{type(node).__name__.lower()} is not in the language of BPF programs here")
        found: ir.Expr | Meta = method(node)
        return found

    def _constant(self, node: ast.Constant) -> ir.Expr | Meta:
        return self.known(node.value, repr(node.value))

    def _name(self, node: ast.Name) -> ir.Expr | Meta:
        if node.id in self.local_names:
            return self.local(node.id, node)
        return self.outer(node)

    def _attribute(self, node: ast.Attribute) -> ir.Expr | Meta:
        base = self.evaluate(node.value)
        if not isinstance(base, Meta):
            return self.attribute(base, node.attr, node)
        if isinstance(base.value, Global):
            place = self.global_place(base)
            if node.attr == "value":
                return place
            return self.attribute(place, node.attr, node)
        if isinstance(base.value, Map):
            return Meta((self.map_reference(base), base.value, node.attr), f"{base.name}.{node.attr}")
        if isinstance(base.value, ModuleType | enum.EnumType) or inspect.isclass(base.value):
            try:
                return self.known(getattr(base.value, node.attr), node.attr)
            except AttributeError as error:
                self.fail(node, str(error))
        self.fail(node, f"{base.name} has no {node.attr} in a BPF program")

    def global_place(self, meta: Meta) -> ir.Expr:
        info = self.unit.global_(meta.value, meta.name)
        return ir.Name(info.type, info.name)

    def map_reference(self, meta: Meta) -> ir.Expr:
        info = self.unit.map(meta.value, meta.name)
        return ir.Address(t.Pointer(MapType(meta.value)), ir.Name(MapType(meta.value), info.name))

    def attribute(self, base: ir.Expr, name: str, node: ast.AST) -> ir.Expr | Meta:
        """A member of a struct, or the value that a reference refers to."""
        base = self.load(base)
        if isinstance(base.type, t.Pointer):
            self.check_present(base, node)
            if isinstance(base.type.to, MapType):
                return Meta((base, base.type.to.declaration, name), name)
            if name == "value" and not isinstance(base.type.to, t.Record):
                return self._deref(base, node)
            base = ir.Deref(base.type.to, base)
        if not isinstance(base.type, t.Record):
            hint = "it is a value already" if name == "value" else None
            self.fail(node, f"{base.type} has no member {name}", hint)
        return self.member(base, name, node)

    def check_present(self, value: ir.Expr, node: ast.AST) -> None:
        assert isinstance(value.type, t.Pointer)
        if value.type.nullable:
            name = value.name if isinstance(value, ir.Name) else "this"
            test = f"`if {name} is None: return` before it" if isinstance(value, ir.Name) else "assign it, and test it"
            self.fail(node, f"{name} may be None here: the kernel would refuse the program", test)

    def _deref(self, pointer: ir.Expr, node: ast.AST) -> ir.Expr:
        assert isinstance(pointer.type, t.Pointer)
        if isinstance(pointer.type.to, t.Void):
            self.fail(node, "a pointer to void has no value", "bpf.cast(T, address) makes one to T")
        return ir.Deref(pointer.type.to, pointer)

    def member(self, base: ir.Expr, name: str, node: ast.AST) -> ir.Expr:
        record = base.type
        assert isinstance(record, t.Record)
        member = record.member(name)
        if member is None:
            near = difflib.get_close_matches(name, record.member_names(), 3)
            self.fail(
                node,
                f"struct {record.name} has no member {name}",
                f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(record.member_names()[:8])}",
            )
        type_ = member.type
        if isinstance(record, KernelRecord):
            self.unit.kernel.use(record, name)
            type_ = self._kernel_pointer(base, record, member)
            if record.name in _PACKET_CONTEXTS and name in _PACKET and type_ == t.u32:
                return ir.Code(t.Pointer(t.void), "(void *)(long){0}", (ir.Member(t.u32, base, name),))
        return ir.Member(type_, base, name, member.bits)

    def _kernel_pointer(self, base: ir.Expr, record: KernelRecord, member: t.Member) -> t.Type:
        """Pointers between structs that the verifier knows are followed directly, others are read by helpers."""
        type_ = member.type
        if not isinstance(type_, t.Pointer):
            return type_
        if ir.space_of(base) is not t.Space.DIRECT or not isinstance(type_.to, t.Record):
            return t.Pointer(type_.to, t.Space.KERNEL)
        is_context = isinstance(base, ir.Deref) and base.pointer == ir.Name(base.pointer.type, "ctx")
        if record.name.startswith("trace_event_raw_"):
            return t.Pointer(type_.to, t.Space.KERNEL)
        return t.Pointer(type_.to, t.Space.DIRECT, is_context and member.name not in _PRESENT)

    def _subscript(self, node: ast.Subscript) -> ir.Expr | Meta:
        found = self.evaluate(node.value)
        if isinstance(found, Meta):
            if isinstance(found.value, Map):
                self.fail(node, "a key may be missing", f"{found.name}.lookup(key), or {found.name}.get(key, 0)")
            if not isinstance(found.value, Global):
                self.fail(node, f"{found.name} has no elements")
            found = self.global_place(found)
        return self.element(self.load(found), node)

    def element(self, base: ir.Expr, node: ast.Subscript) -> ir.Expr:
        index = self.number(node.slice)
        if isinstance(base.type, t.Pointer):
            self.check_present(base, node)
            if isinstance(base.type.to, t.Array):
                base = ir.Deref(base.type.to, base)
        known = constant(index)
        if isinstance(base.type, t.Array):
            if known is not None and not 0 <= known < max(base.type.count, known * (base.type.count == 0) + 1):
                self.fail(node, f"{base.type} has no element {known}", f"it has 0 to {base.type.count - 1}")
            return ir.Element(base.type.of, base, index)
        if isinstance(base.type, t.Pointer) and not isinstance(base.type.to, t.Void):
            return ir.Element(base.type.to, base, index)
        self.fail(node, f"{base.type} has no elements")

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
            if ir.is_place(side) and ir.space_of(side) is not t.Space.DIRECT or _of_kernel(side):
                self.fail(node, "this string is in the kernel's memory", "copy it first: name: char[16] = task.comm")
        equal = ir.Code(t.boolean, "equal_strings({0}, sizeof({0}), {1}, sizeof({1}))", (left, right))
        return equal if sign == "==" else ir.Unary(t.boolean, "!", equal)

    def _namedexpr(self, node: ast.NamedExpr) -> ir.Expr:
        value = self.value(node.value)
        if isinstance(value.type, t.Record | t.Array):
            self.fail(node, "a struct is assigned in a statement of its own")
        place = self.bind(node.target.id, value.type, node)
        held = ir.Let(place.type, place, self.convert(value, place.type, node))
        if isinstance(place.type, t.Pointer) and isinstance(value.type, t.Pointer):
            return ir.Let(value.type, place, held.value)
        return held

    def _call(self, node: ast.Call) -> ir.Expr | Meta:
        return self.call(node)

    def _joinedstr(self, node: ast.JoinedStr) -> ir.Expr:
        self.fail(node, "an f-string is for print() only")


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _tested(node: ast.expr) -> set[str]:
    """The local that a test is about."""
    if isinstance(node, ast.NamedExpr):
        return {node.target.id}
    return {node.id} if isinstance(node, ast.Name) else set()


def _is_text(value: ir.Expr) -> bool:
    return isinstance(value.type, t.Array) and value.type.of == t.char


def _of_kernel(value: ir.Expr) -> bool:
    while isinstance(value, ir.Member | ir.Element):
        if isinstance(value.base.type, KernelRecord):
            return True
        value = value.base
    return False


def _meta_hint(value: Any) -> str | None:
    if isinstance(value, Global):
        return "take its .value"
    return "call it" if callable(value) else None
