"""What can be done with maps in a program. Each method becomes one helper's call."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiobpf.bpf import _types as t
from aiobpf.bpf._maps import Map
from aiobpf.compiler import ir
from aiobpf.compiler.scope import literal
from aiobpf.compiler.unit import MapInfo, MapType

if TYPE_CHECKING:
    from aiobpf.compiler.calls import Calls

_STORAGE = {"TASK_STORAGE": "task", "SK_STORAGE": "sk", "INODE_STORAGE": "inode", "CGRP_STORAGE": "cgrp"}


class Operation:
    """One call of one method."""

    def __init__(self, checker: Calls, reference: ir.Expr, info: MapInfo, node: ast.AST) -> None:
        self.checker = checker
        self.reference = reference
        self.info = info
        self.node = node

    def key(self, node: ast.expr) -> ir.Expr:
        assert self.info.key is not None
        return self.by_address(self.checker.value(node), self.info.key, node)

    def value(self, node: ast.expr) -> ir.Expr:
        assert self.info.value is not None
        return self.by_address(self.checker.value(node), self.info.value, node)

    def by_address(self, value: ir.Expr, wanted: t.Type, node: ast.AST) -> ir.Expr:
        """A key or a value where the helper can read it."""
        if isinstance(value.type, t.Pointer) and not isinstance(wanted, t.Pointer):
            if isinstance(wanted, t.Int) and self.checker.dialect.references_are_values:
                value = self.checker.implicit(value, node)
            elif (
                isinstance(value.type, t.Pointer)
                and value.type.to == wanted
                and value.type.space is t.Space.DIRECT
                and not isinstance(wanted, t.Int)
            ):
                self.checker.check_present(value, node)
                return value
        value = self.checker.convert(value, wanted, node)
        self.checker.unit.by_value(wanted)
        if isinstance(value, ir.Name) and value.type == wanted:
            return ir.Address(t.Pointer(wanted), value)
        if ir.is_place(value) and isinstance(wanted, t.Record | t.Array) and ir.space_of(value) is t.Space.DIRECT:
            return ir.Address(t.Pointer(wanted), value)
        return ir.Spill(t.Pointer(wanted), value)

    def code(self, type_: t.Type, template: str, *arguments: ir.Expr, helper: str | None = None) -> ir.Expr:
        if helper is not None:
            self.checker.unit.helpers.add(helper)
        return ir.Code(type_, template, (self.reference, *arguments), "lookup" not in template)

    def flags(self, given: list[ast.expr], at: int) -> ir.Expr:
        if len(given) <= at:
            return ir.Const(t.i32, 0)
        return self.checker.convert(self.checker.number(given[at]), t.u64, given[at])

    def lookup(self, key: ir.Expr) -> ir.Expr:
        if self.info.inner is not None:
            found: t.Type = t.Pointer(MapType(self.info.inner.declaration), nullable=True)
        else:
            assert self.info.value is not None
            found = t.Pointer(self.info.value, nullable=True)
        return self.code(found, "bpf_map_lookup_elem({0}, {1})", key)

    def update(self, key: ir.Expr, value: ir.Expr, flags: ir.Expr) -> ir.Expr:
        return self.code(t.i64, "bpf_map_update_elem({0}, {1}, {2}, {3})", key, value, flags)

    def delete(self, key: ir.Expr) -> ir.Expr:
        return self.code(t.i64, "bpf_map_delete_elem({0}, {1})", key, helper="map_delete_elem")

    def add(self, key: ir.Expr, by: ir.Expr) -> ir.Expr:
        value = self.info.value
        if not isinstance(value, t.Int) or value.size < 4:
            self.checker.fail(self.node, f"values of {self.info.name} are {value}: no counters of 32 or 64 bits")
        return self.code(value, f"MAP_ADD({{0}}, {{1}}, {value.c()}, {{2}})", key, by)


def operation(checker: Calls, reference: ir.Expr, declaration: Map, node: ast.AST) -> Operation:
    """For a map that is declared, or that was looked up in another."""
    if isinstance(reference, ir.Address):
        return Operation(checker, reference, checker.unit.map(declaration, declaration.name or "map"), node)
    return Operation(checker, reference, checker.unit._describe(declaration, ""), node)


def call(checker: Calls, reference: ir.Expr, declaration: Map, method: str, node: ast.Call) -> ir.Expr:
    """Raises CompileError: this type of map has no such method."""
    if method == "items" and method in declaration.methods:
        checker.fail(node, "items() is what a for loop goes over", "for key, value in counts.items():")
    if method not in declaration.methods or method not in _METHODS:
        has = ", ".join(declaration.methods) or "none"
        checker.fail(node, f"a {type(declaration).__name__} has no method {method}()", f"it has {has}")
    return _METHODS[method](operation(checker, reference, declaration, node), node)


def _lookup(on: Operation, node: ast.Call) -> ir.Expr:
    (key,) = on.checker.arguments(node, 1)
    return on.lookup(on.key(key))


def _get(on: Operation, node: ast.Call) -> ir.Expr:
    if on.info.declaration.kind in _STORAGE:
        return _storage(on, node, 0)
    key, default = on.checker.arguments(node, 2)
    if not isinstance(on.info.value, t.Int):
        on.checker.fail(node, f"values of {on.info.name} are {on.info.value}: get() is for integers", "use lookup()")
    found = on.checker.temporary(t.Pointer(on.info.value))
    there = ir.Let(found.type, found, on.lookup(on.key(key)))
    other = on.checker.convert(on.checker.number(default), on.info.value, default)
    return ir.Select(on.info.value, there, ir.Deref(on.info.value, found), other)


def _update(on: Operation, node: ast.Call) -> ir.Expr:
    given = on.checker.arguments(node, 2, 3)
    return on.update(on.key(given[0]), on.value(given[1]), on.flags(given, 2))


def _delete(on: Operation, node: ast.Call) -> ir.Expr:
    (key,) = on.checker.arguments(node, 1)
    if (kind := _STORAGE.get(on.info.declaration.kind)) is not None:
        helper = f"{kind}_storage_delete"
        owner = on.checker.pointer_argument(key)
        return on.code(t.i64, f"bpf_{helper}({{0}}, {{1}})", owner, helper=helper)
    return on.delete(on.key(key))


def _increment(on: Operation, node: ast.Call) -> ir.Expr:
    given = on.checker.arguments(node, 1, 2)
    by = on.checker.number(given[1]) if len(given) > 1 else literal(1)
    return on.add(on.key(given[0]), by)


def _storage(on: Operation, node: ast.Call, flags: int) -> ir.Expr:
    (owner,) = on.checker.arguments(node, 1)
    helper = f"{_STORAGE[on.info.declaration.kind]}_storage_get"
    assert on.info.value is not None
    found = t.Pointer(on.info.value, nullable=True)
    where = on.checker.pointer_argument(owner)
    return on.code(found, f"bpf_{helper}({{0}}, {{1}}, NULL, {flags})", where, helper=helper)


def _create(on: Operation, node: ast.Call) -> ir.Expr:
    return _storage(on, node, 1)


def _push(on: Operation, node: ast.Call) -> ir.Expr:
    given = on.checker.arguments(node, 1, 2)
    value = on.value(given[0])
    return on.code(t.i64, "bpf_map_push_elem({0}, {1}, {2})", value, on.flags(given, 1), helper="map_push_elem")


def _taken(helper: str) -> Callable[[Operation, ast.Call], ir.Expr]:
    def take(on: Operation, node: ast.Call) -> ir.Expr:
        (into,) = on.checker.arguments(node, 1)
        place = on.checker.pointer_argument(into)
        assert isinstance(place.type, t.Pointer)
        if place.type.to != on.info.value:
            on.checker.fail(
                into, f"{place.type.to} cannot hold a {on.info.value}", f"declare it: x: {on.info.value} = 0"
            )
        return on.code(t.i64, f"bpf_{helper}({{0}}, {{1}})", place, helper=helper)

    return take


def _submit(on: Operation, node: ast.Call) -> ir.Expr:
    checker = on.checker
    given = checker.arguments(node, 1, 2)
    event, flags = checker.value(given[0]), on.flags(given, 1)
    checker.unit.uses_ring = True
    if isinstance(event, ir.Construct):
        _remember_event(on, event.type)
        before, event = _computed_before(checker, event)
        return ir.Submit(t.boolean, on.info.name, event, flags, before)
    if isinstance(event.type, t.Pointer) and isinstance(event, ir.Name) and event.name in checker.reserved:
        checker.check_present(event, node)
        _give_back(checker, given[0])
        return ir.Code(t.void, "AIOBPF_SUBMIT_FLAGS({0}, {1}, {2})", (ir.Name(t.void, on.info.name), event, flags))
    return ir.Binary(t.boolean, "==", _output_ring(on, given[0], event), ir.Const(t.i32, 0))


def _give_back(checker: Calls, node: ast.expr) -> None:
    """A record that its ring has is not the program's any more."""
    if isinstance(node, ast.Name):
        checker.flow.gone.add(node.id)


def _computed_before(checker: Calls, event: ir.Construct) -> tuple[tuple[ir.Expr, ...], ir.Construct]:
    """What members call for is called although there may be no room, as Python does; what they read is not."""
    before: list[ir.Expr] = []
    members = []
    for name, value in event.members:
        if isinstance(value.type, t.Int) and ir.has_effects(value):
            held = checker.temporary(value.type)
            before.append(ir.Let(value.type, held, value))
            value = held
        members.append((name, value))
    return tuple(before), ir.Construct(event.type, event.struct, tuple(members))


def _output_ring(on: Operation, node: ast.expr, event: ir.Expr) -> ir.Expr:
    type_ = event.type.to if isinstance(event.type, t.Pointer) else event.type
    _remember_event(on, type_)
    place = on.by_address(event, type_, node)
    size = ir.Code(t.u64, f"sizeof({type_.named()})")
    return ir.Code(t.i64, "AIOBPF_OUTPUT({0}, {1}, {2})", (ir.Name(t.void, on.info.name), place, size))


def _remember_event(on: Operation, type_: t.Type) -> None:
    on.checker.unit.by_value(type_)
    if isinstance(type_, t.Struct):
        on.checker.unit.events[type_.name] = type_


def _reserve(on: Operation, node: ast.Call) -> ir.Expr:
    (given,) = on.checker.arguments(node, 1)
    type_ = on.checker.type_argument(given)
    _remember_event(on, type_)
    on.checker.unit.uses_ring = True
    record = f"AIOBPF_RESERVE({on.info.name}, {type_.named()})"
    return ir.Code(t.Pointer(type_, nullable=True), record)


def _discard(on: Operation, node: ast.Call) -> ir.Expr:
    (given,) = on.checker.arguments(node, 1)
    event = on.checker.value(given)
    on.checker.unit.uses_ring = True
    if not isinstance(event.type, t.Pointer):
        on.checker.fail(given, "only what was reserved is discarded")
    on.checker.check_present(event, given)
    _give_back(on.checker, given)
    return ir.Code(t.void, "AIOBPF_DISCARD({0}, {1})", (ir.Name(t.void, on.info.name), event))


def _output(on: Operation, node: ast.Call) -> ir.Expr:
    given = on.checker.arguments(node, 1, 2)
    event = on.checker.value(given[0])
    if on.info.declaration.kind == "RINGBUF":
        on.checker.unit.uses_ring = True
        return _output_ring(on, given[0], event)
    type_ = event.type.to if isinstance(event.type, t.Pointer) else event.type
    _remember_event(on, type_)
    flags = on.flags(given, 1) if len(given) > 1 else ir.Code(t.u64, "0xffffffffULL /* this CPU */")
    place, size = on.by_address(event, type_, given[0]), ir.Code(t.u64, f"sizeof({type_.named()})")
    context = on.checker.context(node)
    call = "bpf_perf_event_output({1}, {0}, {2}, {3}, {4})"
    return on.code(t.i64, call, context, flags, place, size, helper="perf_event_output")


def _get_id(on: Operation, node: ast.Call) -> ir.Expr:
    given = on.checker.arguments(node, 0, 1)
    context = on.checker.context(node)
    return on.code(t.i64, "bpf_get_stackid({1}, {0}, {2})", context, on.flags(given, 0), helper="get_stackid")


def _call(on: Operation, node: ast.Call) -> ir.Expr:
    (index,) = on.checker.arguments(node, 1)
    number = on.checker.convert(on.checker.number(index), t.u32, index)
    return on.code(t.void, "bpf_tail_call({1}, {0}, {2})", on.checker.context(node), number, helper="tail_call")


def _redirect(on: Operation, node: ast.Call) -> ir.Expr:
    given = on.checker.arguments(node, 1, 2)
    key = on.checker.convert(on.checker.number(given[0]), t.u64, given[0])
    return on.code(t.i64, "bpf_redirect_map({0}, {1}, {2})", key, on.flags(given, 1), helper="redirect_map")


_METHODS: dict[str, Callable[[Operation, ast.Call], ir.Expr]] = {
    "lookup": _lookup, "get": _get, "update": _update, "delete": _delete, "increment": _increment, "create": _create,
    "push": _push, "pop": _taken("map_pop_elem"), "peek": _taken("map_peek_elem"), "submit": _submit,
    "reserve": _reserve, "discard": _discard, "output": _output, "get_id": _get_id, "call": _call,
    "redirect": _redirect,
}  # fmt: skip
