"""Writes the declarations that a unit needs: types, maps, globals, helpers."""

from __future__ import annotations

import re
from typing import Any

from aiobpf.bpf import _helper_table as helper_table
from aiobpf.bpf import _types as t
from aiobpf.compiler.emit_expressions import constant
from aiobpf.compiler.layouts import complete_lines, in_order, members_of
from aiobpf.compiler.printing import quoted
from aiobpf.compiler.unit import GlobalInfo, MapInfo, Unit

INDENT = "        "
#: Declared by aiobpf_python.h, for its own macros.
_DECLARED = {
    "map_lookup_elem", "map_update_elem", "probe_read_user", "probe_read_kernel", "ringbuf_output", "ringbuf_reserve",
    "ringbuf_submit", "ringbuf_discard", "ringbuf_query", "get_smp_processor_id",
}  # fmt: skip
_PIN_BY_NAME = 1
_VALUE_SIZES = {"STACK_TRACE"}


def declarations(unit: Unit, prototypes: list[str]) -> list[str]:
    """All of them, each before what uses it."""
    parts = [
        _kernel_types(unit),
        _own_types(unit),
        _helpers(unit),
        _kfuncs(unit),
        prototypes,
        _maps(unit),
        _globals(unit),
    ]
    made: list[str] = []
    for part in parts:
        if part:
            made += ["", *part] if made else part
    return made


def _kernel_types(unit: Unit) -> list[str]:
    records = in_order(unit)
    opaque = {o.name: o for o in _opaque(unit)}
    forward = sorted(f"{r.kind} {r.name};" for r in records if r.name and r.name not in opaque)
    made = [f"struct {n};" for n in _names_in_prototypes(unit) if f"struct {n};" not in forward and n not in opaque]
    for name, values in sorted(unit.enumerations.items()):
        made += [f"enum {name} {{", *(f"{INDENT}{one} = {value}," for one, value in values), "};"]
    defined: list[str] = []
    for record in records:
        if not record.name or record.name in opaque:
            continue
        is_complete = record.number in unit.kernel.complete
        lines = complete_lines(record) if is_complete else unit.kernel.member_lines(record)
        if not lines and not is_complete and record.number not in unit.kernel.used:
            continue
        attribute = "" if is_complete else " __attribute__((preserve_access_index))"
        defined += [f"{record.kind} {record.name} {{", *(INDENT + one for one in lines), f"}}{attribute};"]
        if is_complete:
            defined.append(f'_Static_assert(sizeof({record.c()}) == {record.size}, "as in BTF");')
    sealed = [
        f"struct {o.name} {{ {'u64' if o.align == 8 else 'u32'} opaque[{o.size // o.align}]; }};"
        for o in opaque.values()
    ]
    return made + forward + sealed + defined


def _opaque(unit: Unit) -> list[t.Opaque]:
    found = {}
    for struct in unit.structs.values():
        for type_ in members_of(struct):
            if isinstance(type_, t.Opaque):
                found[type_.name] = type_
    return list(found.values())


def _names_in_prototypes(unit: Unit) -> list[str]:
    text = " ".join(helper_table.table()[name].c() for name in unit.helpers)
    return sorted(set(re.findall(r"struct (\w+)", text)))


def _own_types(unit: Unit) -> list[str]:
    made = []
    for enum in unit.enums.values():
        made += [f"enum {enum.name} {{", *(f"{INDENT}{enum.name}_{m.name} = {m.value}," for m in enum.python), "};"]
    for struct in unit.structs.values():
        made += [f"{struct.kind} {struct.name} {{"]
        for member in struct.members:
            width = f" : {member.bits}" if member.bits else ""
            made.append(f"{INDENT}{member.type.c(member.name)}{width};")
        made += ["};", f'_Static_assert(sizeof({struct.c()}) == {struct.size}, "as in Python");']
    if unit.events:
        made += [f"AIOBPF_EVENT_TYPE({event.c()});" for event in unit.events.values()] if _has_rings(unit) else []
    return made


def _has_rings(unit: Unit) -> bool:
    return unit.uses_ring or any(m.declaration.kind == "RINGBUF" for m in unit.maps.values())


def _helpers(unit: Unit) -> list[str]:
    return [helper_table.table()[name].c() for name in sorted(unit.helpers - _DECLARED)]


def _kfuncs(unit: Unit) -> list[str]:
    made = []
    for name, (returns, parameters) in sorted(unit.kfuncs.items()):
        given = ", ".join(p.type.c(p.name) for p in parameters) or "void"
        made.append(f"extern {returns.c(f'{name}({given})')} __ksym;")
    return made


def _maps(unit: Unit) -> list[str]:
    made: list[str] = []
    # An inner map is declared before the map that it is in.
    for info in sorted(unit.maps.values(), key=lambda one: bool(one.initial)):
        if made:
            made.append("")
        if info.declaration.kind == "RINGBUF" and not info.declaration.pinned:
            made.append(f"AIOBPF_RING({info.name}, {info.declaration.max_entries});")
            continue
        made += _map(info)
    return made


def _map(info: MapInfo) -> list[str]:
    lines = _map_lines(info)
    if info.inner is not None:
        lines.append(f"__array(values, struct {{ {' '.join(_map_lines(info.inner))} }});")
    initial = ""
    if info.declaration.kind == "PROG_ARRAY" and info.initial:
        lines.append("__array(values, int(void *));")
    if info.initial:
        cast = "(void *)" if info.declaration.kind == "PROG_ARRAY" else ""
        values = ", ".join(f"[{index}] = {cast}&{name}" for index, name in sorted(info.initial.items()))
        initial = f" = {{ .values = {{ {values} }} }}"
    return ["struct {", *(INDENT + one for one in lines), f'}} {info.name} SEC(".maps"){initial};']


def _map_lines(info: MapInfo) -> list[str]:
    declared = info.declaration
    lines = [f"__uint(type, BPF_MAP_TYPE_{declared.kind});"]
    if declared.max_entries:
        lines.append(f"__uint(max_entries, {declared.max_entries});")
    if declared.flags:
        lines.append(f"__uint(map_flags, {declared.flags});")
    if declared.pinned:
        lines.append(f"__uint(pinning, {_PIN_BY_NAME});")
    sized = declared.kind in _VALUE_SIZES
    if info.key is not None:
        lines.append(f"__uint(key_size, {info.key.size});" if sized else f"__type(key, {info.key.named()});")
    if info.value is not None:
        lines.append(f"__uint(value_size, {info.value.size});" if sized else f"__type(value, {info.value.named()});")
    return lines


def _globals(unit: Unit) -> list[str]:
    return [_global(info) for info in unit.globals.values()]


def _global(info: GlobalInfo) -> str:
    value = info.declaration.initial
    const = "const volatile " if info.is_const else ""
    initial = f" = {_initial(value, info.type)}" if value is not None else ""
    return f"{const}{info.type.c(info.name)}{initial};"


def _initial(value: Any, type_: t.Type) -> str:
    """A global's first value in C."""
    if isinstance(type_, t.Int):
        return constant(type_.wrap(int(value)), type_)
    if isinstance(value, str | bytes):
        return quoted(value.encode() if isinstance(value, str) else value)
    if isinstance(type_, t.Array) and type_.of == t.char and value == 0:
        return '""'
    if isinstance(type_, t.Array) and value != 0:
        return "{ " + ", ".join(_initial(one, type_.of) for one in value) + " }"
    if isinstance(type_, t.Struct) and isinstance(value, type_.python):
        return "{ " + ", ".join(f".{m.name} = {_initial(getattr(value, m.name), m.type)}" for m in type_.members) + " }"
    return "{}"
