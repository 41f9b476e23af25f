"""Conversions: where a value of one type is wanted as another. What C does in silence and loses is refused here when it
can be seen in the program."""

from __future__ import annotations

from aiobpf.bpf import _types as t
from aiobpf.compiler import ir


class Mismatch(Exception):
    """A value cannot become what is wanted. The checker makes a CompileError of it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def convert(value: ir.Expr, wanted: t.Type) -> ir.Expr:
    """The value as one of the type that is wanted. Raises Mismatch."""
    have = value.type
    if isinstance(wanted, t.Int):
        return _to_int(value, wanted)
    if isinstance(wanted, t.Pointer):
        return _to_pointer(value, wanted)
    if have == wanted:
        return value
    if isinstance(wanted, t.Array) and isinstance(have, t.Array) and wanted.of == have.of:
        if isinstance(value, ir.Text) and have.count > wanted.count:
            raise Mismatch(f"the string has {have.count - 1} bytes and a NUL, {wanted} has room for {wanted.count}")
        return value
    if isinstance(wanted, t.Record) and isinstance(have, t.Pointer) and have.to == wanted and not have.nullable:
        return ir.Deref(wanted, value)
    if isinstance(wanted, t.Array) and isinstance(value, ir.Fill):
        return ir.Fill(wanted, value.template, value.arguments)
    if isinstance(wanted, t.Void):
        raise Mismatch("the function returns nothing", "annotate what it returns: -> i32")
    raise Mismatch(f"{have} is not {wanted}")


def _to_int(value: ir.Expr, wanted: t.Int) -> ir.Expr:
    have = value.type
    if isinstance(have, t.Literal):
        if not wanted.least <= have.value <= wanted.most:
            raise Mismatch(f"{have.value} does not fit {wanted}", f"{wanted}({have.value}) keeps its low bits")
        return ir.Const(wanted, have.value)
    if isinstance(have, t.Int):
        if wanted == have:
            return value
        if wanted.name == "bool":
            return ir.Binary(t.boolean, "!=", value, ir.Const(t.i32, 0))
        return ir.Convert(wanted, value)
    if isinstance(have, t.Pointer):
        raise _reference_for_value(value, have)
    raise Mismatch(f"{have} is not an integer")


def _reference_for_value(value: ir.Expr, have: t.Pointer) -> Mismatch:
    if have.nullable:
        return Mismatch("this may be None", "test it with `is None` first, then take its .value")
    if isinstance(have.to, t.Int):
        return Mismatch(f"this is a reference to a {have.to}, not its value", "take its .value")
    return Mismatch(f"{have} is not an integer", "bpf.address() gives an address as a number")


def _to_pointer(value: ir.Expr, wanted: t.Pointer) -> ir.Expr:
    have = value.type
    if isinstance(value, ir.Null):
        if not wanted.nullable:
            raise Mismatch("None is not a reference", f"say that it may be None: {wanted} | None")
        return ir.Null(wanted)
    if ir.is_place(value) and (isinstance(have, t.Record | t.Array) or isinstance(have, t.Int) and have == wanted.to):
        value = ir.Address(t.Pointer(have, ir.space_of(value)), value)
        have = value.type
    elif isinstance(have, t.Record) and isinstance(value, ir.Construct):
        value = ir.Spill(t.Pointer(have), value)
        have = value.type
    if not isinstance(have, t.Pointer):
        raise Mismatch(f"{have} is not a reference to {wanted.to}")
    if have.nullable and not wanted.nullable:
        raise Mismatch("this may be None", "test it with `is None` first")
    if wanted.space is t.Space.DIRECT and have.space is not wanted.space and not isinstance(wanted.to, t.Void):
        raise Mismatch(
            f"this {have.to} is read by helpers, where a function with {wanted.to} reads directly",
            f"let the function take ptr[{wanted.to}]",
        )
    same = have.to == wanted.to or isinstance(wanted.to, t.Void) or isinstance(have.to, t.Void)
    if isinstance(have.to, t.Array) and have.to.of == wanted.to:
        same = True
    if not same:
        raise Mismatch(f"a reference to {have.to} is not one to {wanted.to}", "bpf.cast(T, address) makes one")
    return value if have.to == wanted.to else ir.Convert(t.Pointer(wanted.to, have.space, have.nullable), value)


def join(a: t.Type, b: t.Type) -> t.Type:
    """The type of a local that has values of both. Raises Mismatch."""
    if a == b:
        return a
    if isinstance(a, t.Int) and isinstance(b, t.Int):
        return t.common(t.widened(a), t.widened(b))
    if isinstance(a, t.Pointer) and isinstance(b, t.Pointer):
        if isinstance(b.to, t.Void) and b.nullable:  # None
            return t.Pointer(a.to, a.space, True)
        if isinstance(a.to, t.Void) and a.nullable:
            return t.Pointer(b.to, b.space, True)
        if a.to == b.to and a.space == b.space:
            return t.Pointer(a.to, a.space, a.nullable or b.nullable)
    raise Mismatch(f"it is {a} elsewhere and {b} here", "use two variables")
