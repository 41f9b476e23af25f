"""The typed intermediate form: what the checker makes of a function, and emit_c writes as C.

A *place* is an expression that names memory: Name, Member, Element, Deref. What reads memory that only helpers can read
is explicit (Read), so that the emitter decides nothing.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any, ClassVar, dataclass_transform

from aiobpf.bpf._types import Array, Pointer, Space, Struct, Type


@dataclass_transform(frozen_default=True)
class Node:
    """A value of named members, as a frozen dataclass; those take longer to import than a program to compile."""

    _members: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls) -> None:
        cls._members = (*cls._members, *inspect.get_annotations(cls))

    def __init__(self, *values: Any, **named: Any) -> None:
        self.__dict__.update(zip(self._members, values, strict=False), **named)
        assert all(hasattr(self, name) for name in self._members), f"{type(self).__name__}{values}"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.__dict__ == self.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *self.__dict__.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.__dict__.items())})"


class Expr(Node):
    type: Type


class Const(Expr):
    value: int


class Text(Expr):
    """A string constant; its type is a char array with room for the NUL."""

    value: bytes


class Null(Expr):
    pass


class Name(Expr):
    """A variable of C: local, parameter or global."""

    name: str


class Deref(Expr):
    pointer: Expr


class Member(Expr):
    """bits: the width of a bitfield, else 0."""

    base: Expr
    name: str
    bits: int = 0


class Element(Expr):
    """Of an array that is a place, or of what a pointer points to."""

    base: Expr
    index: Expr


class Address(Expr):
    place: Expr


class Spill(Expr):
    """The address of a temporary that holds a value: how helpers take keys and values."""

    value: Expr


class Read(Expr):
    """The value of a place in memory that only a helper reads."""

    place: Expr


class BitRead(Expr):
    """The value of a bitfield of the kernel's."""

    place: Member
    probed: bool


class Unary(Expr):
    operator: str
    operand: Expr


class Binary(Expr):
    """With C's operator; also comparisons, && and ||."""

    operator: str
    left: Expr
    right: Expr


class Convert(Expr):
    value: Expr


class Select(Expr):
    test: Expr
    then: Expr
    other: Expr


class Let(Expr):
    """Stores a value in a local, and is that value."""

    local: Name
    value: Expr


class Code(Expr):
    """C, with {0}, {1}, ... for its arguments. effects: it may change something, besides having a value."""

    template: str
    arguments: tuple[Expr, ...] = ()
    effects: bool = False


class Fill(Expr):
    """What is written into an array that is there already: C with {to} and {size} as well."""

    template: str
    arguments: tuple[Expr, ...] = ()


class Construct(Expr):
    """A struct made of values; the members that are not named are zero."""

    struct: Struct
    members: tuple[tuple[str, Expr], ...]


class Submit(Expr):
    """A record made in a ring: true, or false when there was no room. before: what is computed in either case."""

    ring: str
    value: Construct
    flags: Expr
    before: tuple[Expr, ...]


class Stmt(Node):
    line: int


class Store(Stmt):
    place: Expr
    value: Expr


class Do(Stmt):
    value: Expr


class If(Stmt):
    test: Expr
    then: list[Stmt]
    other: list[Stmt]


class ForRange(Stmt):
    """The counter is a separate C variable; `variable` gets its value at the beginning of each round."""

    variable: Name
    counter: Name
    start: Expr
    stop: Name | Expr
    step: int
    body: list[Stmt]
    other: list[Stmt]
    label: str


class While(Stmt):
    test: Expr
    body: list[Stmt]
    other: list[Stmt]
    label: str


class Outlined(Stmt):
    """A loop whose body is a function, which a helper calls and which is given the locals by address.

    call: the helper's, with {0}, {1}, ..., {callback} and {frame}; parameters: of the function, before the frame;
    begin: what each round begins with, locals and C; frame: the locals that it uses; own: its temporaries.
    """

    call: str
    arguments: tuple[Expr, ...]
    parameters: str
    begin: tuple[tuple[Name, str], ...]
    body: list[Stmt]
    label: str
    frame: tuple[Name, ...]
    own: tuple[Name, ...]


class Break(Stmt):
    """label: of the loop's end where the loop has an else, or is outlined, else empty."""

    label: str


class Continue(Stmt):
    """label: "outlined" where the loop is a function, else not used."""

    label: str


class Return(Stmt):
    value: Expr | None


class Locked(Stmt):
    lock: Expr
    body: list[Stmt]


@dataclass
class Parameter:
    """Of a program: taken out of the context by `value`; of a function: given."""

    name: str
    type: Type
    value: Expr | None = None


@dataclass
class FunctionIr:
    name: str
    file: str
    line: int
    parameters: list[Parameter]
    returns: Type
    body: list[Stmt] = field(default_factory=list)
    locals: dict[str, Type] = field(default_factory=dict)
    section: str | None = None
    context: str | None = None
    inline: bool = False


def space_of(place: Expr) -> Space:
    """What memory a place is in."""
    if isinstance(place, Deref):
        assert isinstance(place.pointer.type, Pointer)
        return place.pointer.type.space
    if isinstance(place, Member):
        return space_of(place.base)
    if isinstance(place, Element):
        if isinstance(place.base.type, Array):
            return space_of(place.base)
        assert isinstance(place.base.type, Pointer)
        return place.base.type.space
    return Space.DIRECT


def is_simple(expr: Expr) -> bool:
    """Whether it may be evaluated again, and at any time: it calls nothing and changes nothing."""
    if isinstance(expr, Const | Text | Null | Name):
        return True
    parts = [part for part in expr.__dict__.values() if isinstance(part, Expr)]
    return not isinstance(expr, Code | Fill | Let | Submit | Construct | Spill) and all(map(is_simple, parts))


def has_effects(expr: Expr) -> bool:
    """Whether it may change something."""
    if isinstance(expr, Let | Submit) or isinstance(expr, Code) and expr.effects:
        return True
    parts = [*expr.__dict__.values(), *(expr.arguments if isinstance(expr, Code | Fill) else ())]
    return any(has_effects(part) for part in parts if isinstance(part, Expr))


def root(place: Expr) -> Expr:
    """The variable, or the reference, that a place is in."""
    while isinstance(place, Member | Element):
        place = place.base
    return place


def is_place(expr: Expr) -> bool:
    return isinstance(expr, Name | Deref | Member | Element)
