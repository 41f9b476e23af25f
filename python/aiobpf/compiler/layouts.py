"""In which order the kernel's types are declared, and how one is that must have its exact layout."""

from __future__ import annotations

from collections.abc import Iterator

from aiobpf.bpf import _types as t
from aiobpf.compiler import btf as b
from aiobpf.compiler.kernel import KernelRecord
from aiobpf.compiler.unit import Unit


def members_of(type_: t.Type) -> Iterator[t.Type]:
    """What a type contains, at any depth; not what it points to."""
    if isinstance(type_, t.Array):
        yield from members_of(type_.of)
    elif isinstance(type_, t.Struct):
        for member in type_.members:
            yield from members_of(member.type)
    else:
        yield type_


def in_order(unit: Unit) -> list[KernelRecord]:
    """The kernel's records that are used, each behind those that it contains."""
    kernel = unit.kernel
    made: list[KernelRecord] = []
    seen: set[int] = set()

    def visit(record: KernelRecord) -> None:
        if record.number in seen:
            return
        seen.add(record.number)
        for inner in _contained(record, record.number in kernel.complete):
            if record.number in kernel.complete and inner.name:
                kernel.use_complete(inner)
            visit(inner)
        made.append(record)

    for number in sorted(set(kernel.used) | kernel.complete | set(kernel.missing)):
        visit(kernel._record(number))
    for number in sorted(kernel.mentioned - seen):
        visit(kernel._record(number))
    return made


def _contained(record: KernelRecord, whole: bool) -> Iterator[KernelRecord]:
    names = record.member_names() if whole else sorted(record.kernel.used.get(record.number, ()))
    for name in names:
        member = record.member(name)
        type_ = member.type if member else t.void
        while isinstance(type_, t.Array):
            type_ = type_.of
        if isinstance(type_, KernelRecord):
            yield type_
        while isinstance(type_, t.Pointer):
            type_ = type_.to
        if isinstance(type_, KernelRecord):
            record.kernel.mentioned.add(type_.number)


def complete_lines(record: KernelRecord) -> list[str]:
    """All members, where BTF has them."""
    return list(_lines(record))


def _lines(record: KernelRecord) -> Iterator[str]:
    btf = record.kernel.btf
    assert btf is not None
    for member in btf.type(record.number).members:
        type_ = record.kernel.type(member.type)
        width = f" : {member.bits}" if member.bits else ""
        stripped = btf.strip(member.type)
        if isinstance(type_, KernelRecord) and not type_.name:
            inside = " ".join(_lines(type_))
            yield f"{t.spaced(f'{type_.kind} {{ {inside} }}', member.name)};"
        elif stripped.kind == b.PTR:
            yield f"void *{member.name};"
        else:
            yield f"{type_.c(member.name)}{width};"
