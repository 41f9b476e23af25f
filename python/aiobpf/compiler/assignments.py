"""Assignments: to locals, members, elements, keys of maps; several at once; and deleting."""

from __future__ import annotations

import ast

from aiobpf.bpf import _types as t
from aiobpf.bpf._declarations import Global
from aiobpf.bpf._maps import Map
from aiobpf.compiler import ir
from aiobpf.compiler.calls import Calls
from aiobpf.compiler.map_methods import Operation, operation
from aiobpf.compiler.scope import Meta, constant, literal
from aiobpf.compiler.unit import MapType, c_name

NO_FLAGS = ir.Const(t.i32, 0)


class Assignments(Calls):
    """Checks assignments. shared: the structs and arrays that have another name."""

    shared: set[str]

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
                    self.fail(value_node, "assign a struct or an array in its own statement")
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
                made: list[ir.Stmt] = []
                value = self.first(self.value(value_node), made, node)
                assert on.info.value is not None
                key = on.key(target.slice)
                made.append(ir.Do(node.lineno, on.update(key, on.by_address(value, on.info.value, node), NO_FLAGS)))
                return made
        return self.store(target, self.value(value_node), node)

    def first(self, value: ir.Expr, made: list[ir.Stmt], node: ast.stmt) -> ir.Expr:
        """A value that is computed before what follows, as Python does it; C would leave the order open."""
        if ir.is_simple(value) or not isinstance(value.type, t.Int | t.Pointer):
            return value
        held = self.temporary(value.type)
        made.append(ir.Store(node.lineno, held, value))
        return held

    def steady(self, place: ir.Expr, made: list[ir.Stmt], node: ast.stmt) -> ir.Expr:
        """A place that may be named twice: what its indexes and references call is called once, before."""
        if isinstance(place, ir.Member):
            return ir.Member(place.type, self.steady(place.base, made, node), place.name, place.bits)
        if isinstance(place, ir.Element):
            in_array = isinstance(place.base.type, t.Array)
            base = self.steady(place.base, made, node) if in_array else self.first(place.base, made, node)
            return ir.Element(place.type, base, self.first(place.index, made, node))
        if isinstance(place, ir.Deref):
            return ir.Deref(place.type, self.first(place.pointer, made, node))
        return place

    def store(self, target: ast.expr, value: ir.Expr, node: ast.stmt) -> list[ir.Stmt]:
        """Stores a value in what is on the left."""
        if isinstance(target, ast.Name) and target.id not in self.global_names:
            return self.store_local(target.id, value, node)
        if isinstance(target, ast.Name):
            variable = self._declared_global(target)
            held = self.convert(self.stored(value, variable.type), variable.type, node)
            return [ir.Store(node.lineno, variable, held)]
        if not isinstance(target, ast.Attribute | ast.Subscript):
            self.fail(target, "this cannot be assigned to")
        place = self.evaluate(target)
        if isinstance(place, Meta) or not ir.is_place(place):
            self.fail(target, "this cannot be assigned to")
        self._check_writable(place, target)
        made: list[ir.Stmt] = []
        if not ir.is_simple(place):
            value = self.first(value, made, node)
            place = self.steady(place, made, node)
        self.check_bits(place, value, target)
        made.append(ir.Store(node.lineno, place, self.convert(self.stored(value, place.type), place.type, node)))
        return made

    def _declared_global(self, node: ast.Name) -> ir.Expr:
        """A name after `global`, which a dialect has."""
        found = self.outer(node)
        if not isinstance(found, Meta) or not isinstance(found.value, Global):
            self.fail(node, f"{node.id} is not a global of the program", "declare it with @bpfglobal")
        return self.global_place(found)

    def _do_global(self, node: ast.Global) -> list[ir.Stmt]:
        return []

    def stored(self, value: ir.Expr, wanted: t.Type) -> ir.Expr:
        if isinstance(value.type, t.Pointer) and isinstance(wanted, t.Int) and self.dialect.references_are_values:
            return self.as_number(value, self.source.node)
        return value

    def _check_writable(self, place: ir.Expr, node: ast.AST) -> None:
        if ir.space_of(place) is not t.Space.DIRECT:
            self.fail(node, "this is the kernel's memory, or a user's: it can only be read")
        base = ir.root(place)
        if isinstance(base, ir.Name) and any(g.name == base.name and g.is_const for g in self.unit.globals.values()):
            self.fail(node, f"{base.name} is a constant", "declare it with bpf.Global")

    def store_local(self, name: str, value: ir.Expr, node: ast.stmt) -> list[ir.Stmt]:
        if isinstance(value.type, t.Record | t.Array) and ir.is_place(value) and name not in self.declared:
            # As in Python, another name for the same thing.
            if isinstance(owner := ir.root(value), ir.Name):
                self.shared.add(owner.name)
            value = ir.Address(t.Pointer(value.type, ir.space_of(value)), value)
        elif c_name(name) in self.shared and isinstance(value.type, t.Record | t.Array):
            self.fail(node, f"{name} has another name, which would change too", "use another variable")
        if isinstance(value, ir.Fill) and not value.type.size and name not in self.declared:
            self.fail(node, f"how long may {name} become?", f"{name}: char[64] = ...")
        if self.dialect.references_are_values and name in self.declared:
            value = self.stored(value, self.types[name])
        if name in self.parameters and isinstance(self.types[name], t.Record | t.Array):
            self.fail(node, f"{name} is a parameter: it cannot be another struct")
        place = self.bind(name, value.type, node)
        if isinstance(value, ir.Code) and value.template.startswith("AIOBPF_RESERVE"):
            self.reserved.add(place.name)
        else:
            self.reserved.discard(place.name)
        if isinstance(place.type, t.Pointer) and name not in self.declared:
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
        return self.store_local(name, value, node)

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
        made: list[ir.Stmt] = []
        place = self.steady(place, made, node)
        value = self.binary(self.load(place), node.op, self.value(node.value), node)
        if isinstance(node.target, ast.Name) and node.target.id not in self.global_names:
            return self.store_local(node.target.id, value, node)
        self._check_writable(place, node.target)
        return [*made, ir.Store(node.lineno, place, self.convert(value, place.type, node))]

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
