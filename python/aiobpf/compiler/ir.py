"""The typed intermediate form: what the checker makes of a function, and emit_c writes as C.

A *place* is an expression that names memory: Name, Member, Element, Deref. What reads memory that only helpers can read
is explicit (Read), so that the emitter decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from aiobpf.bpf._types import Array, Pointer, Space, Struct, Type


@dataclass(frozen=True)
class Expr:
    type: Type


@dataclass(frozen=True)
class Const(Expr):
    value: int


@dataclass(frozen=True)
class Text(Expr):
    """A string constant; its type is a char array with room for the NUL."""

    value: bytes


@dataclass(frozen=True)
class Null(Expr):
    pass


@dataclass(frozen=True)
class Name(Expr):
    """A variable of C: local, parameter or global."""

    name: str


@dataclass(frozen=True)
class Deref(Expr):
    pointer: Expr


@dataclass(frozen=True)
class Member(Expr):
    """bits: the width of a bitfield, else 0."""

    base: Expr
    name: str
    bits: int = 0


@dataclass(frozen=True)
class Element(Expr):
    """Of an array that is a place, or of what a pointer points to."""

    base: Expr
    index: Expr


@dataclass(frozen=True)
class Address(Expr):
    place: Expr


@dataclass(frozen=True)
class Spill(Expr):
    """The address of a temporary that holds a value: how helpers take keys and values."""

    value: Expr


@dataclass(frozen=True)
class Read(Expr):
    """The value of a place in memory that only a helper reads."""

    place: Expr


@dataclass(frozen=True)
class BitRead(Expr):
    """The value of a bitfield of the kernel's."""

    place: Member
    probed: bool


@dataclass(frozen=True)
class Unary(Expr):
    operator: str
    operand: Expr


@dataclass(frozen=True)
class Binary(Expr):
    """With C's operator; also comparisons, && and ||."""

    operator: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Convert(Expr):
    value: Expr


@dataclass(frozen=True)
class Select(Expr):
    test: Expr
    then: Expr
    other: Expr


@dataclass(frozen=True)
class Let(Expr):
    """Stores a value in a local, and is that value."""

    local: Name
    value: Expr


@dataclass(frozen=True)
class Code(Expr):
    """C, with {0}, {1}, ... for its arguments."""

    template: str
    arguments: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Fill(Expr):
    """What is written into an array that is there already: C with {to} and {size} as well."""

    template: str
    arguments: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Construct(Expr):
    """A struct made of values; the members that are not named are zero."""

    struct: Struct
    members: tuple[tuple[str, Expr], ...]


@dataclass(frozen=True)
class Submit(Expr):
    """A record made in a ring: true, or false when there was no room."""

    ring: str
    value: Construct
    flags: Expr


@dataclass(frozen=True)
class Stmt:
    line: int


@dataclass(frozen=True)
class Store(Stmt):
    place: Expr
    value: Expr


@dataclass(frozen=True)
class Do(Stmt):
    value: Expr


@dataclass(frozen=True)
class If(Stmt):
    test: Expr
    then: list[Stmt]
    other: list[Stmt]


@dataclass(frozen=True)
class ForRange(Stmt):
    """The counter is a C variable of its own; `variable` gets its value at the beginning of each round."""

    variable: Name
    counter: Name
    start: Expr
    stop: Name | Expr
    step: int
    body: list[Stmt]
    other: list[Stmt]
    label: str


@dataclass(frozen=True)
class While(Stmt):
    test: Expr
    body: list[Stmt]
    other: list[Stmt]
    label: str


@dataclass(frozen=True)
class Outlined(Stmt):
    """A loop by bpf_loop: its body is a function that is given the locals by address."""

    variable: Name
    count: Expr
    body: list[Stmt]
    label: str
    frame: tuple[Name, ...]


@dataclass(frozen=True)
class Break(Stmt):
    """label: of the loop's end where the loop has an else, or is outlined, else empty."""

    label: str


@dataclass(frozen=True)
class Continue(Stmt):
    """label: "outlined" where the loop is a function, else not used."""

    label: str


@dataclass(frozen=True)
class Return(Stmt):
    value: Expr | None


@dataclass(frozen=True)
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


def is_place(expr: Expr) -> bool:
    return isinstance(expr, Name | Deref | Member | Element)
