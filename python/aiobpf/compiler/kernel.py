"""The kernel's types, as BTF has them, and which of their members a program uses.

Only those are emitted: clang parses a handful of lines where vmlinux.h has a hundred thousand, and CO-RE moves each
access to where the member is in the kernel that loads the program.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from aiobpf.bpf import _types as t
from aiobpf.compiler import btf as b

#: Contexts whose layout never changes: they need no CO-RE, and without it clang reads `data` once, which is what the
#: verifier must see to know a packet's bounds.
_FIXED = {
    "xdp_md", "__sk_buff", "bpf_sock_ops", "sk_msg_md", "bpf_sk_lookup", "sk_reuseport_md", "bpf_sock_addr", "bpf_sock",
    "bpf_cgroup_dev_ctx", "bpf_sysctl", "bpf_sockopt",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class KernelRecord(t.Record):
    """A struct or union of the kernel."""

    kernel: Kernel = field(repr=False)
    number: int
    name: str
    kind: str
    size: int

    @property
    def align(self) -> int:  # type: ignore[override]
        return self.kernel.align_of(self.number)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, KernelRecord) and other.number == self.number

    def __hash__(self) -> int:
        return self.number

    def member(self, name: str) -> t.Member | None:
        """A member, also of anonymous structs and unions inside, as C sees them."""
        return self.kernel.member(self.number, name)

    def member_names(self) -> list[str]:
        return self.kernel.member_names(self.number)

    def c(self, declarator: str = "") -> str:
        return self.kernel.declare(self, declarator)


class Kernel:
    """The types of one kernel, read when the first is asked for. `use` remembers what a program needs of them."""

    def __init__(self, read: Callable[[], b.Btf | None]) -> None:
        self._read = read
        self._records: dict[int, KernelRecord] = {}
        self._members: dict[tuple[int, str], t.Member | None] = {}
        self.used: dict[int, set[str]] = {}
        self.complete: set[int] = set()
        self.missing: dict[int, set[str]] = {}
        self.mentioned: set[int] = set()

    @functools.cached_property
    def btf(self) -> b.Btf | None:
        return self._read()

    def record(self, name: str) -> KernelRecord | None:
        """The struct or union of that name."""
        number = self.btf.find(name, {b.STRUCT, b.UNION}) if self.btf else None
        return None if number is None else self._record(number)

    def named(self, name: str) -> t.Type | None:
        """A struct, union, enum, typedef or integer of that name."""
        if (found := self.record(name)) is not None:
            return found
        number = self.btf.find(name, {b.TYPEDEF, b.ENUM, b.ENUM64, b.INT}) if self.btf else None
        return None if number is None else self.type(number)

    def enumerator(self, name: str) -> int | None:
        found = self.btf.enumerator(name) if self.btf else None
        return found[1] if found else None

    def enumeration(self, name: str) -> b.BtfType | None:
        """The enumeration that has a constant of that name."""
        found = self.btf.enumerator(name) if self.btf else None
        return self.btf.type(found[0]) if self.btf and found else None

    def function(self, name: str) -> tuple[t.Type, tuple[t.Member, ...]] | None:
        """What a function of the kernel returns, and its parameters by name."""
        if self.btf is None or (number := self.btf.find(name, {b.FUNC})) is None:
            return None
        return self.prototype(self.btf.type(number).type)

    def prototype(self, number: int) -> tuple[t.Type, tuple[t.Member, ...]]:
        assert self.btf is not None
        prototype = self.btf.strip(number)
        members = tuple(t.Member(m.name, self.type(m.type)) for m in prototype.members)
        return self.type(prototype.type), members

    def close_to(self, name: str) -> list[str]:
        """Names that an unknown one may have meant, among structs."""
        if self.btf is None:
            return []
        return difflib.get_close_matches(name, self.btf.record_names(name[:3]), 3)

    def _record(self, number: int) -> KernelRecord:
        if number not in self._records:
            assert self.btf is not None
            found = self.btf.type(number)
            kind = "struct" if found.kind == b.STRUCT else "union"
            self._records[number] = KernelRecord(self, number, found.name, kind, found.size)
        return self._records[number]

    def type(self, number: int) -> t.Type:
        """The type of that number. Pointers are those of the kernel's memory."""
        assert self.btf is not None
        found = self.btf.strip(number)
        if found.kind == b.INT:
            return self._int(found)
        if found.kind in (b.ENUM, b.ENUM64):
            return t.int_of(found.size, any(value < 0 for _, value in found.values))
        if found.kind in (b.STRUCT, b.UNION):
            return self._record(found.number)
        if found.kind == b.ARRAY:
            return t.Array(self.type(found.type), found.count)
        if found.kind == b.PTR:
            to = self.btf.strip(found.type)
            if to.kind in (b.FUNC_PROTO, b.FWD):
                return t.Pointer(t.void, t.Space.KERNEL)
            return t.Pointer(self.type(found.type), t.Space.KERNEL)
        return t.void if found.size == 0 or found.kind != b.FLOAT else t.Array(t.u8, found.size)

    @staticmethod
    def _int(found: b.BtfType) -> t.Type:
        if found.is_bool:
            return t.boolean
        if found.size > 8:
            return t.Array(t.u64, found.size // 8)
        return t.char if found.name == "char" else t.int_of(found.size, found.signed)

    def member(self, number: int, name: str) -> t.Member | None:
        if (number, name) not in self._members:
            self._members[number, name] = self._find_member(number, name)
        return self._members[number, name]

    def _find_member(self, number: int, name: str) -> t.Member | None:
        assert self.btf is not None
        for member in self.btf.type(number).members:
            if member.name == name:
                return t.Member(name, self.type(member.type), member.offset, member.bits)
            if not member.name:
                inner = self.btf.strip(member.type)
                if inner.kind in (b.STRUCT, b.UNION) and (found := self._find_member(inner.number, name)):
                    return t.Member(name, found.type, member.offset + found.offset, found.bits)
        return None

    def member_names(self, number: int) -> list[str]:
        assert self.btf is not None
        names: list[str] = []
        for member in self.btf.type(number).members:
            inner = self.btf.strip(member.type)
            if member.name:
                names.append(member.name)
            elif inner.kind in (b.STRUCT, b.UNION):
                names += self.member_names(inner.number)
        return names

    def align_of(self, number: int) -> int:
        assert self.btf is not None
        members = [self.type(m.type) for m in self.btf.type(number).members]
        return max((m.align for m in members), default=1)

    def use(self, record: KernelRecord, member: str) -> None:
        if record.name in _FIXED:
            self.complete.add(record.number)
        self.used.setdefault(record.number, set()).add(member)

    def use_itself(self, record: KernelRecord) -> None:
        """It is declared as a struct although none of its members is used: prototypes of kfuncs are compared."""
        self.used.setdefault(record.number, set())

    def use_missing(self, record: KernelRecord, member: str) -> None:
        """A member that this kernel does not have, and another may."""
        self.missing.setdefault(record.number, set()).add(member)

    def use_complete(self, record: KernelRecord) -> None:
        """Its size matters: all of its members are emitted, where they are."""
        self.complete.add(record.number)

    def declare(self, record: KernelRecord, declarator: str) -> str:
        if record.name:
            self.mentioned.add(record.number)
            return t.spaced(f"{record.kind} {record.name}", declarator)
        inside = " ".join(f"{line}" for line in self.member_lines(record))
        return t.spaced(f"{record.kind} {{ {inside} }}", declarator)

    def member_lines(self, record: KernelRecord) -> list[str]:
        """The members that are used, declared in C."""
        lines = []
        for name in sorted(self.used.get(record.number, ())):
            member = record.member(name)
            assert member is not None
            width = f" : {member.bits}" if member.bits else ""
            lines.append(f"{member.type.c(name)}{width};")
        return lines + [f"int {name};" for name in sorted(self.missing.get(record.number, ()))]
