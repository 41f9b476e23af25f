"""Names and places: what an expression refers to, in which memory that is, and how its value is read."""

from __future__ import annotations

import ast
import difflib
import enum
import inspect
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

#: Members of contexts that are pointers into a packet, although they are declared as u32.
_PACKET = {"data", "data_end", "data_meta"}
_PACKET_CONTEXTS = {"xdp_md", "__sk_buff"}
#: Members of contexts that are never NULL.
_PRESENT = {"meta", "state", "skb"}


class Places(Scope):
    """Checks names, members and elements."""

    def call(self, node: ast.Call) -> ir.Expr | Meta:
        raise NotImplementedError

    def condition(self, node: ast.expr) -> ir.Expr:
        """An expression as a test, of type bool."""
        raise NotImplementedError

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
        if isinstance(found, ir.Member) and found.bits and of_kernel(found):
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
        if isinstance(base, ir.Construct):
            self.fail(node, "this has no place yet", "assign it to a variable, and name its member")
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

    def kept(self, value: ir.Expr, node: ast.AST) -> ir.Expr:
        """A string that a helper writes, in a separate variable."""
        if not isinstance(value, ir.Fill):
            return value
        if not value.type.size:
            self.fail(node, "how long may this become?", "assign it first: name: char[64] = ...")
        return ir.Let(value.type, self.temporary(value.type), value)

    def element(self, base: ir.Expr, node: ast.Subscript) -> ir.Expr:
        if isinstance(base, ir.Fill | ir.Construct):
            self.fail(node, "this has no place yet", "assign it to a variable, and name its element")
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

    def _namedexpr(self, node: ast.NamedExpr) -> ir.Expr:
        value = self.value(node.value)
        if isinstance(value.type, t.Record | t.Array):
            self.fail(node, "assign a struct in its own statement")
        place = self.bind(node.target.id, value.type, node)
        held = ir.Let(place.type, place, self.convert(value, place.type, node))
        if isinstance(place.type, t.Pointer) and isinstance(value.type, t.Pointer):
            return ir.Let(value.type, place, held.value)
        return held

    def _call(self, node: ast.Call) -> ir.Expr | Meta:
        return self.call(node)

    def _joinedstr(self, node: ast.JoinedStr) -> ir.Expr:
        self.fail(node, "an f-string is for print() only")


def of_kernel(value: ir.Expr) -> bool:
    while isinstance(value, ir.Member | ir.Element):
        if isinstance(value.base.type, KernelRecord):
            return True
        value = value.base
    return False


def _meta_hint(value: Any) -> str | None:
    if isinstance(value, Global):
        return "take its .value"
    return "call it" if callable(value) else None
