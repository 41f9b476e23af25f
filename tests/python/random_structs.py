"""Random C structs, and a BPF program for each that says what is in it.

A program fills a struct with random bytes and emits it together with its leaves (the numbers in it), each as the C
compiler reads it, widened to 64 bits. A struct is a tree of the classes below, which knows the C text of both.
"""

from __future__ import annotations

import dataclasses
import random
import struct
from collections.abc import Iterator
from typing import Any

PRELUDE = """\
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "aiobpf.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";
AIOBPF_RING(events, 1024 * 1024);

enum plain { NONE, ONE, MANY = 200 };
enum below { MINUS = -3, ZERO, PLUS };
enum tiny { LITTLE = 1, LESS = 7 } __attribute__((packed));
enum wide { NEAR = 1, FAR = 0x7fffffffffLL };
typedef __s16 alias;
struct opaque;

#define BITS(type, what) ({ type bits; __builtin_memcpy(&bits, &(what), sizeof(bits)); (__u64)bits; })
#define FILL(record, seed)                                                  \\
        _Pragma("clang loop unroll(disable)")                               \\
        for (unsigned i = 0; i < sizeof(*record); i++) {                    \\
                seed = seed * 6364136223846793005 + 1442695040888963407;    \\
                ((volatile __u8 *)record)[i] = seed >> 56;                  \\
        }

struct args {
        __u64 seed;
};
"""

ENUMERATORS = {
    "enum plain": {0: "NONE", 1: "ONE", 200: "MANY"},
    "enum below": {-3: "MINUS", -2: "ZERO", -1: "PLUS"},
    "enum tiny": {1: "LITTLE", 7: "LESS"},
}
INTEGERS = {f"__{sign}{bits}": (sign == "s", bits) for sign in "us" for bits in (8, 16, 32, 64)}
INTEGERS |= {"alias": (True, 16), "long": (True, 64), "unsigned int": (False, 32)}


@dataclasses.dataclass
class Scalar:
    """A number of the C type `text`; of a bitfield, in `bits` bits."""

    text: str
    bits: int = 0

    def declare(self, name: str) -> str:
        if "(*" in self.text:
            return self.text.replace("(*", f"(*{name}") + ";"
        return f"{self.text} {name}{f' : {self.bits}' if self.bits else ''};"

    def leaves(self, path: str) -> Iterator[str]:
        if self.text in ("float", "double"):
            yield f"BITS({'__u32' if self.text == 'float' else '__u64'}, {path})"
        elif self.text.endswith("__int128"):
            yield f"(__u64){path}"
            yield f"(__u64)({path} >> 64)"
        else:
            yield f"(__u64){path}"

    def stores(self, path: str) -> Iterator[tuple[int, str]]:
        """What is not left to chance: only 0 and 1 are a bool. Whole ones come last: they share bytes with others."""
        if self.text == "_Bool":
            yield (0 if self.bits else 1), f"{path} = seed >> 63;"
            yield (0 if self.bits else 1), "seed *= 3;"
        elif self.text in ENUMERATORS and not self.bits:
            yield 0, f"if (seed & 1) {path} = {list(ENUMERATORS[self.text].values())[-1]};"

    def check(self, value: Any, leaves: Iterator[int]) -> None:
        bits = next(leaves)
        signed = bits - 2**64 if bits >= 2**63 else bits
        if self.text in ("float", "double"):
            letters = ("I", "f") if self.text == "float" else ("Q", "d")
            (real,) = struct.unpack(f"<{letters[1]}", struct.pack(f"<{letters[0]}", bits))
            assert repr(value) == repr(real)  # a NaN is not equal to itself
        elif self.text.endswith("__int128"):
            whole = bits | next(leaves) << 64
            assert value == (whole - 2**128 if whole >= 2**127 and self.text[0] == "_" else whole)
        elif self.text == "_Bool":
            assert value is bool(bits)
        elif self.text == "char":
            assert value == bytes([bits & 0xFF])
        elif "*" in self.text:
            assert value == bits
        elif self.text in INTEGERS:
            assert value == (signed if INTEGERS[self.text][0] else bits)
        else:
            assert value == (signed if self.text == "enum below" else bits)
            named = ENUMERATORS.get(self.text, {}).get(int(value))
            assert getattr(value, "name", None) == named or self.text == "enum wide"


@dataclasses.dataclass
class Array:
    element: Node
    count: int

    def declare(self, name: str) -> str:
        return self.element.declare(f"{name}[{self.count}]")

    def leaves(self, path: str) -> Iterator[str]:
        for i in range(self.count):
            yield from self.element.leaves(f"{path}[{i}]")

    def stores(self, path: str) -> Iterator[tuple[int, str]]:
        for i in range(self.count):
            yield from self.element.stores(f"{path}[{i}]")

    def check(self, value: Any, leaves: Iterator[int]) -> None:
        if isinstance(self.element, Scalar) and self.element.text == "char":
            assert value == bytes(next(leaves) & 0xFF for _ in range(self.count)).partition(b"\0")[0]
        elif isinstance(self.element, Scalar) and self.element.text == "__u8":
            assert value == bytes(next(leaves) for _ in range(self.count))
        else:
            assert isinstance(value, tuple) and len(value) == self.count
            for one in value:
                self.element.check(one, leaves)


@dataclasses.dataclass
class Struct:
    """A struct or union; a member without a name is anonymous, or (a Scalar) padding."""

    keyword: str
    tag: str
    members: list[tuple[str, Node]]
    packed: bool = False

    def define(self) -> str:
        body = "\n".join(its.declare(name) for name, its in self.members)
        packed = " __attribute__((packed))" if self.packed else ""
        return f"{self.keyword} {self.tag} {{\n{body}\n}}{packed}"

    def declare(self, name: str) -> str:
        return f"{self.define()} {name};"

    def read(self) -> list[tuple[str, Node]]:
        return [(name, its) for name, its in self.members if name or isinstance(its, Struct)]

    def leaves(self, path: str) -> Iterator[str]:
        for name, its in self.read():
            yield from its.leaves(f"{path}.{name}" if name else path)

    def stores(self, path: str) -> Iterator[tuple[int, str]]:
        for name, its in self.read():
            yield from its.stores(f"{path}.{name}" if name else path)

    def check(self, value: Any, leaves: Iterator[int]) -> None:
        for name, its in self.read():
            its.check(getattr(value, name) if name else value, leaves)

    def field_names(self) -> Iterator[str]:
        for name, its in self.read():
            yield from [name] if name else its.field_names()  # type: ignore[union-attr]


Node = Scalar | Array | Struct

SCALARS = [*INTEGERS, *ENUMERATORS, "enum wide", "char", "_Bool", "float", "double", "void *", "struct opaque *"]
SCALARS += ["int (*)(int)", "__int128", "unsigned __int128"]
BITFIELDS = {name: bits for name, (_, bits) in INTEGERS.items()} | {"_Bool": 1, "enum plain": 32, "enum below": 32}


class Maker:
    """Makes random structs; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._count = 0

    def _new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def _scalar(self) -> Scalar:
        return Scalar(self._dice.choice(SCALARS))

    def _element(self, depth: int) -> Node:
        return self.struct(depth + 1) if depth < 2 and self._dice.random() < 0.3 else self._scalar()

    def _member(self, depth: int) -> tuple[str, Node]:
        kind = self._dice.random()
        name = self._new("f")
        if kind < 0.3:
            text = self._dice.choice(list(BITFIELDS))
            padding = self._dice.random() < 0.1 and text in INTEGERS
            return "" if padding else name, Scalar(text, self._dice.randint(1, BITFIELDS[text]))
        if kind < 0.5:
            array: Node = self._element(depth + 1)
            for _ in range(self._dice.randint(1, 2)):
                array = Array(array, self._dice.randint(1, 3))
            return name, array
        if kind < 0.7 and depth < 2:
            inner = self.struct(depth + 1)
            if self._dice.random() < 0.5:
                inner.tag = ""  # one that is anonymous has no tag either
                return "", inner
            return name, inner
        return name, self._scalar()

    def struct(self, depth: int = 0) -> Struct:
        keyword = "union" if self._dice.random() < 0.25 else "struct"
        members = [self._member(depth) for _ in range(self._dice.randint(1, 5 if depth else 8))]
        tag = self._new("s") if depth == 0 or self._dice.random() < 0.7 else ""
        return Struct(keyword, tag, members, packed=self._dice.random() < 0.25)


def program(its: Struct) -> str:
    """The C text of one struct: what is emitted, and the program that emits it, both called as the struct is."""
    leaves = list(its.leaves("record->value"))
    stores = [store for _, store in sorted(its.stores("record->value"), key=lambda one: one[0])]
    tag = its.tag
    return "\n".join(
        [
            f"struct record_{tag} {{ {its.declare('value')} __u64 leaves[{max(len(leaves), 1)}]; }};",
            f"AIOBPF_EVENT_TYPE(struct record_{tag});",
            f'SEC("syscall") int emit_{tag}(struct args *args)\n{{',
            "__u64 seed = args->seed;",
            f"struct record_{tag} *record = AIOBPF_RESERVE(events, struct record_{tag});",
            "if (!record) return 1;",
            "FILL(record, seed)",
            *stores,
            *(f"record->leaves[{i}] = {leaf};" for i, leaf in enumerate(leaves)),
            "AIOBPF_SUBMIT(events, record);\nreturn 0;\n}\n",
        ]
    )
