"""Calls: of types, functions, helpers, kfuncs, map methods and what the language adds."""

from __future__ import annotations

import ast
import ctypes
import enum
from collections.abc import Callable
from typing import Any

from aiobpf.bpf import _helper_table as helper_table
from aiobpf.bpf import _types as t
from aiobpf.bpf._declarations import FunctionMark, Global, PointerTo, ProgramMark
from aiobpf.bpf._intrinsics import Intrinsic
from aiobpf.bpf._maps import Map
from aiobpf.bpf.helpers import Helper
from aiobpf.bpf.kernel import KernelName
from aiobpf.compiler import intrinsics, ir, map_methods, printing
from aiobpf.compiler.conditions import Conditions
from aiobpf.compiler.kernel import KernelRecord
from aiobpf.compiler.scope import Meta, constant, literal
from aiobpf.compiler.unit import mark_of

#: Helpers that return a pointer which is never NULL.
_PRESENT = {"get_current_task_btf", "task_pt_regs", "this_cpu_ptr", "sk_fullsock_"}
#: How helpers begin that only read.
_READING = ("get_", "ktime_", "jiffies", "map_lookup_", "strncmp", "skb_load_")
_HELPER_INTS = {
    "int": t.i32, "long": t.i64, "unsigned long": t.u64, "__u16": t.u16, "__u32": t.u32, "__u64": t.u64,
    "__s32": t.i32, "__s64": t.i64, "__be16": t.u16, "__wsum": t.u32,
}  # fmt: skip


class Calls(Conditions):
    """Checks calls. reserved: the locals that hold a record of a ring."""

    reserved: set[str]

    def context(self, node: ast.AST) -> ir.Expr:
        raise NotImplementedError

    def call(self, node: ast.Call) -> ir.Expr | Meta:
        found = self.evaluate(node.func)
        if not isinstance(found, Meta):
            self.fail(node, "this is not a function")
        called = found.value
        for argument in node.args:
            if isinstance(argument, ast.Starred):
                self.fail(argument, "arguments are named one by one")
        if isinstance(called, tuple):
            reference, declaration, method = called
            return map_methods.call(self, reference, declaration, method, node)
        if isinstance(called, Map) and self.dialect.references_are_values and not node.args:
            return found
        if isinstance(called, Intrinsic):
            handler: intrinsics.Handler = getattr(called, "handler", None) or intrinsics.TABLE[called.name]
            return handler(self, node)
        if isinstance(called, Helper):
            return self.call_helper(called.name, node)
        if isinstance(called, KernelName):
            return self._call_kernel(called.name, node)
        if called is print:
            return printing.printed(self, node)
        if (function := _BUILTIN.get(called) if callable(called) else None) is not None:
            return function(self, node)
        if self._is_type(called):
            return self._make(called, node)
        return self._call_function(called, found.name, node)

    def no_keywords(self, node: ast.Call) -> None:
        if node.keywords:
            self.fail(node.keywords[0], f"arguments are given by position, not as {node.keywords[0].arg}=")

    def arguments(self, node: ast.Call, least: int, most: int | None = None) -> list[ast.expr]:
        """The arguments of a call, as many as it takes."""
        self.no_keywords(node)
        most = least if most is None else most
        if not least <= len(node.args) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            self.fail(node, f"{ast.unparse(node.func)}() takes {wanted} arguments, not {len(node.args)}")
        return node.args

    def type_argument(self, node: ast.expr) -> t.Type:
        """An argument that is a type."""
        found = self.evaluate_type(node)
        if found is None:
            self.fail(node, f"{ast.unparse(node)} is not a type")
        return found

    def evaluate_type(self, node: ast.expr) -> t.Type | None:
        """The type that an expression names, or None."""
        if isinstance(node, ast.Subscript):
            return self.unit.annotated(self.source, node) if self.evaluate_type(node.value) or _is_ptr(node) else None
        if not isinstance(node, ast.Name | ast.Attribute) or getattr(node, "id", None) in self.local_names:
            return None
        try:
            found = self.evaluate(node)
        except SyntaxError:
            return None
        if not isinstance(found, Meta) or not self._is_type(found.value) and not isinstance(found.value, KernelName):
            return None
        try:
            return self.unit.type_of(found.value, found.name)
        except TypeError as error:
            self.fail(node, str(error))

    def kernel_name(self, node: ast.expr) -> str | None:
        """The name of the kernel's that an expression is."""
        found = self.evaluate(node) if isinstance(node, ast.Name | ast.Attribute) else None
        return found.value.name if isinstance(found, Meta) and isinstance(found.value, KernelName) else None

    def _is_type(self, called: Any) -> bool:
        if isinstance(called, t.Type | PointerTo):
            return True
        return isinstance(called, type) and (
            hasattr(called, "__bpf_type__") or issubclass(called, ctypes._SimpleCData | enum.IntEnum)
        )

    def _make(self, called: Any, node: ast.Call) -> ir.Expr:
        """Exec(pid=1): a struct; u32(x): a conversion."""
        try:
            type_ = self.unit.type_of(called, ast.unparse(node.func))
        except TypeError as error:
            self.fail(node, str(error))
        if isinstance(type_, t.Struct):
            return self.construct(type_, node)
        if isinstance(type_, t.Pointer):
            (argument,) = self.arguments(node, 1)
            return self.value(argument)
        if not isinstance(type_, t.Int):
            self.fail(node, f"{type_} cannot be made so")
        if not node.args:
            return ir.Const(type_, 0)
        (argument,) = self.arguments(node, 1)
        return self.converted(self.number(argument), type_)

    def converted(self, value: ir.Expr, wanted: t.Int) -> ir.Expr:
        """As C casts: keeps the low bits."""
        known = constant(value)
        if known is not None:
            return ir.Const(wanted, wanted.wrap(known))
        if wanted == t.boolean:
            return ir.Binary(t.boolean, "!=", value, ir.Const(t.i32, 0))
        return ir.Convert(wanted, value)

    def construct(self, type_: t.Record, node: ast.Call) -> ir.Construct:
        """A struct with the members that are given; all others are zero."""
        names = type_.member_names()
        if len(node.args) > len(names):
            self.fail(node, f"{type_.name} has {len(names)} members, not {len(node.args)}")
        given = list(zip(names, node.args, strict=False))
        given += [(k.arg or "**", k.value) for k in node.keywords]
        members, seen = [], set()
        for name, argument in given:
            if name in seen:
                self.fail(argument, f"{name} is given twice")
            seen.add(name)
            place = self.member(ir.Name(type_, "made"), name, argument)
            value = self.value(argument)
            self.check_bits(place, value, argument)
            members.append((name, self.convert(value, place.type, argument)))
        self.unit.by_value(type_)
        return ir.Construct(type_, type_, tuple(members))  # type: ignore[arg-type]  # a Record has what is needed

    def check_bits(self, place: ir.Expr, value: ir.Expr, node: ast.AST) -> None:
        """A constant that a bitfield has no room for."""
        known = constant(value)
        if known is None or not isinstance(place, ir.Member) or not place.bits or not isinstance(place.type, t.Int):
            return
        least = -(1 << place.bits - 1) if place.type.signed else 0
        if not least <= known < least + (1 << place.bits):
            self.fail(node, f"{known} does not fit {place.bits} bits")

    def _call_function(self, called: Any, name: str, node: ast.Call) -> ir.Expr:
        mark = mark_of(called)
        if isinstance(mark, ProgramMark):
            self.fail(node, f"{name} is a program: it is not called", "use a ProgArray, or share a @bpf.function")
        if not isinstance(mark, FunctionMark):
            hint = f"decorate {name} with @bpf.function" if callable(called) else None
            self.fail(node, f"{name}() is not in the language of BPF programs", hint)
        info = self.unit.function(called)
        self.unit.calls.setdefault(self.source.function, set()).add(called)
        if called is self.source.function or self.source.function in self.unit.reached(called):
            self.fail(node, f"{name}() calls itself: BPF has no recursion", "write a loop")
        arguments = self.arguments(node, len(info.parameters))
        values = [self.convert(self.value(a), p, a) for a, (_, p) in zip(arguments, info.parameters, strict=True)]
        return _called(info.returns, info.name, values, effects=True)

    def callback(self, node: ast.expr) -> ir.Expr:
        """A function of the program, for a helper that calls it."""
        found = self.evaluate(node)
        if not isinstance(found, Meta) or not isinstance(mark_of(found.value), FunctionMark):
            self.fail(node, "a callback is a function of the program", "decorate it with @bpf.function")
        return ir.Name(t.Pointer(t.void), self.unit.function(found.value).name)

    def call_helper(self, name: str, node: ast.Call) -> ir.Expr:
        """A helper of the kernel, by its prototype."""
        prototype = helper_table.table()[name]
        count = len(prototype.parameters)
        given = self.arguments(node, count, 12 if prototype.varied else count)
        values = [self._helper_argument(c, n, a) for (c, n), a in zip(prototype.parameters, given, strict=False)]
        values += [self.number(one) for one in given[count:]]
        self.unit.helpers.add(name)
        effects = not name.startswith(_READING)
        return _called(self._helper_returns(prototype), f"bpf_{name}", values, effects)

    def _helper_returns(self, prototype: helper_table.Prototype) -> t.Type:
        if prototype.returns == "void":
            return t.void
        if not prototype.returns.endswith("*"):
            return _HELPER_INTS[prototype.returns]
        record = prototype.returns.removeprefix("struct ").rstrip(" *")
        to: t.Type = t.void if record == "void" else self.unit.kernel.record(record) or t.void
        return t.Pointer(to, t.Space.DIRECT, prototype.name not in _PRESENT)

    def _helper_argument(self, c: str, name: str, node: ast.expr) -> ir.Expr:
        if c in _HELPER_INTS:
            return self.convert(self.number(node), _HELPER_INTS[c], node)
        if name in ("callback_fn", "callback"):
            return self.callback(node)
        return self.pointer_argument(node, maps=name in ("map", "ringbuf"), numbers=name in ("unsafe_ptr", "user_ptr"))

    def address_argument(self, node: ast.expr) -> ir.Expr:
        """Where something is: a reference, or an integer that is an address."""
        return self.pointer_argument(node, maps=False, numbers=True)

    def pointer_argument(self, node: ast.expr, maps: bool = True, numbers: bool = False) -> ir.Expr:
        """What is passed by address: a variable, a struct, a string, a map, a reference.

        numbers: an integer is an address itself; else it is a variable, and its address is passed.
        """
        found = self.evaluate(node)
        if isinstance(found, Meta):
            if isinstance(found.value, Map) and maps:
                return self.map_reference(found)
            if isinstance(found.value, Global):
                found = self.global_place(found)
            else:
                self.fail(node, f"{found.name} has no address")
        if isinstance(found, ir.Text | ir.Null):
            return found
        if isinstance(found, ir.Construct):
            return ir.Spill(t.Pointer(found.type), found)
        if ir.is_place(found) and not isinstance(found.type, t.Pointer):
            if isinstance(found.type, t.Int) and (numbers or ir.space_of(found) is not t.Space.DIRECT):
                return ir.Code(t.Pointer(t.void), "(void *)({0})", (self.load(found),))
            return ir.Address(t.Pointer(found.type, ir.space_of(found)), found)
        value = self.load(found)
        if isinstance(value.type, t.Pointer):
            return value
        return ir.Code(t.Pointer(t.void), "(void *)({0})", (self.as_number(value, node),))

    def _call_kernel(self, name: str, node: ast.Call) -> ir.Expr:
        """A kfunc, or a struct of the kernel made by value."""
        record = self.unit.kernel.record(name)
        function = self.unit.kernel.function(name) if record is None else None
        if record is not None:
            if self.dialect.references_are_values and len(node.args) == 1:
                return intrinsics.cast_to(self, record, node.args[0])
            return self.construct(record, node)
        if function is None:
            self.fail(node, f"the kernel has no function and no struct {name}")
        returns, parameters = function
        given = self.arguments(node, len(parameters))
        values = []
        for parameter, argument in zip(parameters, given, strict=True):
            if isinstance(parameter.type, t.Pointer):
                values.append(self.pointer_argument(argument))
            else:
                values.append(self.convert(self.number(argument), parameter.type, argument))
        self.unit.kfuncs[name] = function
        for type_ in (returns, *(parameter.type for parameter in parameters)):
            if isinstance(type_, t.Pointer) and isinstance(type_.to, KernelRecord):
                self.unit.kernel.use_itself(type_.to)
        if isinstance(returns, t.Pointer):
            returns = t.Pointer(returns.to, t.Space.DIRECT, True)
        return _called(returns, name, values, effects=True)


def _called(returns: t.Type, name: str, values: list[ir.Expr], effects: bool) -> ir.Expr:
    holes = ", ".join(f"{{{i}}}" for i in range(len(values)))
    return ir.Code(returns, f"{name}({holes})", tuple(values), effects)


def _is_ptr(node: ast.Subscript) -> bool:
    return ast.unparse(node.value).split(".")[-1] == "ptr"


def _length(checker: Calls, node: ast.Call) -> ir.Expr:
    (argument,) = checker.arguments(node, 1)
    value = checker.pointer_argument(argument) if isinstance(argument, ast.Name) else checker.value(argument)
    type_ = value.type.to if isinstance(value.type, t.Pointer) else value.type
    if isinstance(type_, t.Array):
        return literal(type_.count)
    checker.fail(node, f"{type_} has no len()", "of an array it is known, of a string see helpers.strncmp")


def _extreme(sign: str) -> Callable[[Calls, ast.Call], ir.Expr]:
    def made(checker: Calls, node: ast.Call) -> ir.Expr:
        values = [checker.number(one) for one in checker.arguments(node, 2, 8)]
        best = values[0]
        for value in values[1:]:
            wanted = t.common(best.type, value.type)
            a, b = checker.temporary(wanted), checker.temporary(wanted)
            test = ir.Binary(t.boolean, sign, ir.Let(wanted, a, best), ir.Let(wanted, b, value))
            best = ir.Select(wanted, test, a, b)
        return best

    return made


def _absolute(checker: Calls, node: ast.Call) -> ir.Expr:
    value = checker.number(checker.arguments(node, 1)[0])
    wanted = t.promoted(value.type)
    kept = checker.temporary(wanted)
    test = ir.Binary(t.boolean, "<", ir.Let(wanted, kept, value), ir.Const(t.i32, 0))
    return ir.Select(wanted, test, ir.Unary(wanted, "-", kept), kept)


def _to_int(checker: Calls, node: ast.Call) -> ir.Expr:
    return checker.converted(checker.number(checker.arguments(node, 1)[0]), t.i64)


def _to_bool(checker: Calls, node: ast.Call) -> ir.Expr:
    return checker.condition(checker.arguments(node, 1)[0])


def _ord(checker: Calls, node: ast.Call) -> ir.Expr:
    (argument,) = checker.arguments(node, 1)
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and len(argument.value) == 1:
        return literal(ord(argument.value))
    checker.fail(node, "ord() is of one character that is written here")


_BUILTIN: dict[Any, Callable[[Calls, ast.Call], ir.Expr]] = {
    len: _length, min: _extreme("<"), max: _extreme(">"), abs: _absolute, int: _to_int, bool: _to_bool, ord: _ord,
}  # fmt: skip
