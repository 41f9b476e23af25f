"""The types of BPF programs. They are C's, and known by the names that C gives them."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any


class Space(enum.Enum):
    """What memory a pointer points into, which decides how it is read."""

    DIRECT = "direct"  # the verifier follows it: stack, maps, rings, packets, contexts, trusted kernel types
    KERNEL = "kernel"  # read by bpf_probe_read_kernel
    USER = "user"  # read by bpf_probe_read_user


class Type:
    """A type. `c(declarator)` declares something in C; size and align are in bytes."""

    size: int
    align: int

    def c(self, declarator: str = "") -> str:
        raise NotImplementedError

    def named(self) -> str:
        """As one word of C, which a declarator may follow."""
        declared = self.c()
        return f"typeof({declared})" if "[" in declared or "(" in declared else declared

    def __str__(self) -> str:
        return self.c()

    def __getitem__(self, count: int) -> Array:
        if not isinstance(count, int) or count < 0:
            raise TypeError(f"{self}[{count!r}]: an array's length is an int, known when the program is compiled")
        return Array(self, count)


def spaced(name: str, declarator: str) -> str:
    return f"{name} {declarator}" if declarator else name


@dataclass(frozen=True)
class Int(Type):
    """An integer, `bool` or `char`. Called in Python, it converts as C does: u8(257) == 1."""

    name: str
    size: int
    signed: bool

    @property
    def align(self) -> int:  # type: ignore[override]
        return self.size

    @property
    def least(self) -> int:
        return -(1 << self.size * 8 - 1) if self.signed else 0

    @property
    def most(self) -> int:
        return 1 if self.name == "bool" else (1 << self.size * 8 - self.signed) - 1

    def c(self, declarator: str = "") -> str:
        return spaced(self.name, declarator)

    def __str__(self) -> str:
        return self.name

    def wrap(self, value: int) -> int:
        if self.name == "bool":
            return int(value != 0)
        value &= (1 << self.size * 8) - 1
        return value - (1 << self.size * 8) if value > self.most else value

    def __call__(self, value: int = 0) -> int:
        return self.wrap(int(value))


u8, u16, u32, u64 = (Int(f"u{bits}", bits // 8, False) for bits in (8, 16, 32, 64))
i8, i16, i32, i64 = (Int(f"i{bits}", bits // 8, True) for bits in (8, 16, 32, 64))
boolean = Int("bool", 1, False)
char = Int("char", 1, True)
INTS = {t.name: t for t in (u8, u16, u32, u64, i8, i16, i32, i64, boolean, char)}


def int_of(size: int, signed: bool) -> Int:
    return INTS[f"{'i' if signed else 'u'}{size * 8}"]


@dataclass(frozen=True)
class Literal(Type):
    """An integer that is known exactly and has no width yet: it takes that of what it meets."""

    value: int
    size: int = 8
    align: int = 8

    def c(self, declarator: str = "") -> str:
        return self.typed().c(declarator)

    def __str__(self) -> str:
        return f"the constant {self.value}"

    def typed(self) -> Int:
        """As C types a decimal constant."""
        return next((t for t in (i32, i64) if t.least <= self.value <= t.most), u64)


@dataclass(frozen=True)
class Void(Type):
    size: int = 0
    align: int = 1

    def c(self, declarator: str = "") -> str:
        return spaced("void", declarator)

    def __str__(self) -> str:
        return "None"


void = Void()


@dataclass(frozen=True)
class Pointer(Type):
    """A reference. nullable: it may be None, which must be ruled out before it is used."""

    to: Type
    space: Space = Space.DIRECT
    nullable: bool = False
    size: int = 8
    align: int = 8

    def c(self, declarator: str = "") -> str:
        star = f"*{declarator}"
        return self.to.c(f"({star})" if isinstance(self.to, Array | Function) else star)

    def __str__(self) -> str:
        return f"ptr[{self.to}]" + (" | None" if self.nullable else "")


@dataclass(frozen=True)
class Array(Type):
    of: Type
    count: int

    @property
    def size(self) -> int:  # type: ignore[override]
        return self.of.size * self.count

    @property
    def align(self) -> int:  # type: ignore[override]
        return self.of.align

    def c(self, declarator: str = "") -> str:
        return self.of.c(f"{declarator}[{self.count}]")

    def __str__(self) -> str:
        return f"{self.of}[{self.count}]"


@dataclass(frozen=True)
class Member:
    """A member of a struct. offset in bits; bits: the width of a bitfield, else 0."""

    name: str
    type: Type
    offset: int = 0
    bits: int = 0


class Record(Type):
    """A struct or a union, the program's own or the kernel's. `known` members are looked up by name."""

    kind: str
    name: str

    def member(self, name: str) -> Member | None:
        raise NotImplementedError

    def member_names(self) -> list[str]:
        raise NotImplementedError

    def c(self, declarator: str = "") -> str:
        return spaced(f"{self.kind} {self.name}", declarator)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, eq=False)
class Struct(Record):
    """A struct or union that is declared in Python. `python` is the class, a ctypes.Structure or Union."""

    name: str
    kind: str
    members: tuple[Member, ...]
    size: int
    align: int
    python: Any = field(default=None, repr=False)
    enumerations: tuple[Any, ...] = ()

    def member(self, name: str) -> Member | None:
        return next((m for m in self.members if m.name == name), None)

    def member_names(self) -> list[str]:
        return [m.name for m in self.members]


@dataclass(frozen=True)
class Opaque(Record):
    """A struct of the kernel's own that programs only pass on: bpf_spin_lock, bpf_timer, ..."""

    name: str
    size: int
    align: int
    kind: str = "struct"

    def member(self, name: str) -> Member | None:
        return None

    def member_names(self) -> list[str]:
        return []


@dataclass(frozen=True)
class Enum(Int):
    """An enumeration: an integer to the compiler, a name in the object's BTF. `python` is an IntEnum."""

    python: Any = field(default=None, compare=False, repr=False)

    def c(self, declarator: str = "") -> str:
        return spaced(f"enum {self.name}", declarator)


@dataclass(frozen=True)
class Function(Type):
    """A function of the program, as a helper takes one for a callback."""

    returns: Type
    parameters: tuple[Type, ...]
    size: int = 8
    align: int = 8

    def c(self, declarator: str = "") -> str:
        return f"{self.returns.c()} {declarator}({', '.join(p.c() for p in self.parameters) or 'void'})"


def promoted(t: Type) -> Int:
    """C's integer promotions."""
    if isinstance(t, Literal):
        return t.typed()
    assert isinstance(t, Int)
    if t.size < 4:
        return i32
    return int_of(t.size, t.signed)


def common(a: Type, b: Type) -> Int:
    """C's usual arithmetic conversions."""
    a, b = promoted(a), promoted(b)
    if a.size != b.size:
        return a if a.size > b.size else b
    return a if not a.signed else b


def widened(t: Type) -> Int:
    """What an unannotated local is: 64 bits, so that storing a value never cuts it."""
    p = promoted(t)
    return u64 if p == u64 else i64
