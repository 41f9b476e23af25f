"""What expressions and statements of the language mean: a model of docs/python-bpf.md, written apart from the compiler.

Types are (bits, signed); BOOL is its own; a LITERAL has no width. Values are Python's integers.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Type = tuple[int, bool]
BOOL: Type = (1, False)
LITERAL: Type = (0, True)
I32, I64, U64 = (32, True), (64, True), (64, False)
NAMES: dict[str, Type] = {f"{'i' if s else 'u'}{b}": (b, s) for b in (8, 16, 32, 64) for s in (True, False)}


def wrap(value: int, type_: Type) -> int:
    bits, signed = type_
    if type_ == BOOL:
        return int(value != 0)
    if type_ == LITERAL:
        return value
    value &= (1 << bits) - 1
    return value - (1 << bits) if signed and value >> bits - 1 else value


def fits(value: int, type_: Type) -> bool:
    return wrap(value, type_) == value


def literal_type(value: int) -> Type:
    return I32 if fits(value, I32) else I64 if fits(value, I64) else U64


def promote(type_: Type, value: int = 0) -> Type:
    if type_ == LITERAL:
        return literal_type(value)
    return type_ if type_[0] >= 32 else I32


def common(a: Type, b: Type) -> Type:
    if a[0] != b[0]:
        return max(a, b)
    return (a[0], a[1] and b[1])


Env = dict[str, int]
Types = dict[str, Type]


class Node:
    """An expression: its text, its type, its value."""

    def text(self) -> str:
        raise NotImplementedError

    def type(self, types: Types) -> Type:
        raise NotImplementedError

    def value(self, types: Types, env: Env) -> int:
        raise NotImplementedError

    def literal(self) -> int | None:
        """The value where it is constant."""
        return None

    def typed(self, types: Types) -> Type:
        """The type that it is promoted to."""
        return promote(self.type(types), self.literal() or 0)


@dataclass
class Const(Node):
    number: int

    def text(self) -> str:
        return str(self.number) if self.number >= 0 else f"({self.number})"

    def type(self, types: Types) -> Type:
        return LITERAL

    def value(self, types: Types, env: Env) -> int:
        return self.number

    def literal(self) -> int | None:
        return self.number


@dataclass
class Var(Node):
    name: str

    def text(self) -> str:
        return self.name

    def type(self, types: Types) -> Type:
        return types[self.name]

    def value(self, types: Types, env: Env) -> int:
        return env[self.name]


def divide(a: int, b: int) -> int:
    return a // b if b else 0


def remainder(a: int, b: int) -> int:
    return a % b if b else a


ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "//": divide, "%": remainder,
}  # fmt: skip
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass
class Binary(Node):
    sign: str
    left: Node
    right: Node

    def text(self) -> str:
        return f"({self.left.text()} {self.sign} {self.right.text()})"

    def type(self, types: Types) -> Type:
        if self.literal() is not None:
            return LITERAL
        return common(self.left.typed(types), self.right.typed(types))

    def value(self, types: Types, env: Env) -> int:
        if (known := self.literal()) is not None:
            return known
        type_ = self.type(types)
        left, right = wrap(self.left.value(types, env), type_), wrap(self.right.value(types, env), type_)
        return wrap(ARITHMETIC[self.sign](left, right), type_)

    def literal(self) -> int | None:
        left, right = self.left.literal(), self.right.literal()
        return None if left is None or right is None else ARITHMETIC[self.sign](left, right)


@dataclass
class Shift(Node):
    sign: str
    left: Node
    right: Node

    def text(self) -> str:
        return f"({self.left.text()} {self.sign} {self.right.text()})"

    def type(self, types: Types) -> Type:
        known = self.left.literal()
        if known is not None:
            return U64 if known >= 0 else I64
        return self.left.typed(types)

    def value(self, types: Types, env: Env) -> int:
        type_ = self.type(types)
        count = self.right.value(types, env) & type_[0] - 1
        left = self.left.value(types, env)
        return wrap(left << count if self.sign == "<<" else left >> count, type_)


@dataclass
class Unary(Node):
    sign: str
    operand: Node

    def text(self) -> str:
        return f"({self.sign}{self.operand.text()})"

    def type(self, types: Types) -> Type:
        return LITERAL if self.literal() is not None else self.operand.typed(types)

    def value(self, types: Types, env: Env) -> int:
        value = self.operand.value(types, env)
        return wrap({"-": -value, "~": ~value, "+": value}[self.sign], self.type(types))

    def literal(self) -> int | None:
        known = self.operand.literal()
        return None if known is None else {"-": -known, "~": ~known, "+": known}[self.sign]


@dataclass
class Compare(Node):
    """Also chained: every operand is evaluated once."""

    signs: list[str]
    operands: list[Node]

    def text(self) -> str:
        parts = [self.operands[0].text()]
        for sign, one in zip(self.signs, self.operands[1:], strict=True):
            parts += [sign, one.text()]
        return f"({' '.join(parts)})"

    def type(self, types: Types) -> Type:
        return BOOL

    def value(self, types: Types, env: Env) -> int:
        for sign, a, b in zip(self.signs, self.operands, self.operands[1:], strict=False):
            type_ = common(a.typed(types), b.typed(types))
            if not COMPARISONS[sign](wrap(a.value(types, env), type_), wrap(b.value(types, env), type_)):
                return 0
        return 1


@dataclass
class Not(Node):
    operand: Node

    def text(self) -> str:
        return f"(not {self.operand.text()})"

    def type(self, types: Types) -> Type:
        return BOOL

    def value(self, types: Types, env: Env) -> int:
        return int(not self.operand.value(types, env))


@dataclass
class Logical(Node):
    word: str
    left: Node
    right: Node

    def text(self) -> str:
        return f"({self.left.text()} {self.word} {self.right.text()})"

    def type(self, types: Types) -> Type:
        if self.left.type(types) == self.right.type(types) == BOOL:
            return BOOL
        return common(self.left.typed(types), self.right.typed(types))

    def value(self, types: Types, env: Env) -> int:
        left = self.left.value(types, env)
        chosen = left if bool(left) == (self.word == "or") else self.right.value(types, env)
        return wrap(chosen, self.type(types))


@dataclass
class Conditional(Node):
    test: Node
    then: Node
    other: Node

    def text(self) -> str:
        return f"({self.then.text()} if {self.test.text()} else {self.other.text()})"

    def type(self, types: Types) -> Type:
        if self.then.type(types) == self.other.type(types) == BOOL:
            return BOOL
        return common(self.then.typed(types), self.other.typed(types))

    def value(self, types: Types, env: Env) -> int:
        chosen = self.then if self.test.value(types, env) else self.other
        return wrap(chosen.value(types, env), self.type(types))


@dataclass
class Cast(Node):
    name: str
    operand: Node

    def text(self) -> str:
        return f"{self.name}({self.operand.text()})"

    def type(self, types: Types) -> Type:
        return NAMES[self.name]

    def value(self, types: Types, env: Env) -> int:
        return wrap(self.operand.value(types, env), NAMES[self.name])


@dataclass
class Statement:
    """One statement: its lines, and what it does."""

    def lines(self) -> Iterator[str]:
        raise NotImplementedError

    def assigned(self, types: Types) -> Iterator[tuple[str, Type]]:
        """Names and the types of what they are given."""
        yield from ()

    def run(self, types: Types, env: Env) -> None:
        raise NotImplementedError


@dataclass
class Assign(Statement):
    name: str
    expr: Node

    def lines(self) -> Iterator[str]:
        yield f"{self.name} = {self.expr.text()}"

    def assigned(self, types: Types) -> Iterator[tuple[str, Type]]:
        yield self.name, self.expr.typed(types) if self.expr.type(types) != BOOL else I32

    def run(self, types: Types, env: Env) -> None:
        env[self.name] = wrap(self.expr.value(types, env), types[self.name])


@dataclass
class Block:
    statements: list[Statement]

    def lines(self) -> Iterator[str]:
        for one in self.statements:
            yield from one.lines()

    def assigned(self, types: Types) -> Iterator[tuple[str, Type]]:
        for one in self.statements:
            yield from one.assigned(types)

    def run(self, types: Types, env: Env) -> None:
        for one in self.statements:
            one.run(types, env)


@dataclass
class If(Statement):
    test: Node
    then: Block
    other: Block

    def lines(self) -> Iterator[str]:
        yield f"if {self.test.text()}:"
        yield from (f"    {line}" for line in self.then.lines())
        yield "else:"
        yield from (f"    {line}" for line in self.other.lines())

    def assigned(self, types: Types) -> Iterator[tuple[str, Type]]:
        yield from self.then.assigned(types)
        yield from self.other.assigned(types)

    def run(self, types: Types, env: Env) -> None:
        (self.then if self.test.value(types, env) else self.other).run(types, env)


class Broken(Exception):
    """A break."""


@dataclass
class BreakIf(Statement):
    test: Node

    def lines(self) -> Iterator[str]:
        yield f"if {self.test.text()}:"
        yield "    break"

    def run(self, types: Types, env: Env) -> None:
        if self.test.value(types, env):
            raise Broken


@dataclass
class For(Statement):
    variable: str
    bounds: tuple[int, int, int]
    body: Block
    other: Block = field(default_factory=lambda: Block([]))

    def lines(self) -> Iterator[str]:
        yield f"for {self.variable} in range{self.bounds}:"
        yield from (f"    {line}" for line in self.body.lines())
        if self.other.statements:
            yield "else:"
            yield from (f"    {line}" for line in self.other.lines())

    def assigned(self, types: Types) -> Iterator[tuple[str, Type]]:
        yield self.variable, I64
        yield from self.body.assigned(types)
        yield from self.other.assigned(types)

    def run(self, types: Types, env: Env) -> None:
        for i in range(*self.bounds):
            env[self.variable] = wrap(i, types[self.variable])
            try:
                self.body.run(types, env)
            except Broken:
                return
        self.other.run(types, env)


@dataclass
class While(Statement):
    """Bounded by a counter of its own."""

    counter: str
    limit: int
    test: Node
    body: Block
    other: Block

    def lines(self) -> Iterator[str]:
        yield f"{self.counter} = 0"
        yield f"while {self.counter} < {self.limit} and {self.test.text()}:"
        yield f"    {self.counter} += 1"
        yield from (f"    {line}" for line in self.body.lines())
        if self.other.statements:
            yield "else:"
            yield from (f"    {line}" for line in self.other.lines())

    def assigned(self, types: Types) -> Iterator[tuple[str, Type]]:
        yield self.counter, I64
        yield from self.body.assigned(types)
        yield from self.other.assigned(types)

    def run(self, types: Types, env: Env) -> None:
        env[self.counter] = 0
        while env[self.counter] < self.limit and self.test.value(types, env):
            env[self.counter] += 1
            try:
                self.body.run(types, env)
            except Broken:
                return
        self.other.run(types, env)


@dataclass
class Match(Statement):
    """cases: the constants of each, and what it does; the last has none, and matches always."""

    subject: Node
    cases: list[tuple[list[int], Block]]

    def lines(self) -> Iterator[str]:
        yield f"match {self.subject.text()}:"
        for constants, block in self.cases:
            yield f"    case {' | '.join(map(str, constants)) or '_'}:"
            yield from (f"        {line}" for line in block.lines())

    def assigned(self, types: Types) -> Iterator[tuple[str, Type]]:
        for _, block in self.cases:
            yield from block.assigned(types)

    def run(self, types: Types, env: Env) -> None:
        value, type_ = self.subject.value(types, env), self.subject.typed(types)
        for constants, block in self.cases:
            if not constants or any(
                wrap(value, common(type_, literal_type(c))) == wrap(c, common(type_, literal_type(c)))
                for c in constants
            ):
                block.run(types, env)
                return


def infer(block: Block, types: Types) -> Types:
    """Unannotated locals are 64 bits wide, unsigned when they are given an unsigned value of 64 bits."""
    found = dict(types)
    while True:
        before = dict(found)
        for name, type_ in block.assigned(found):
            if name not in types:
                found[name] = U64 if U64 in (type_, found.get(name)) else I64
        if found == before:
            return found
