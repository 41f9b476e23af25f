"""The members of tracepoints' records, out of the `format` files of tracefs."""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass

from aiobpf.bpf import _types as t

_FIELD = re.compile(r"field:(.*?)(\w+)(\[.*?\])?;\s*offset:(\d+);\s*size:(\d+);\s*signed:(\d);")
_PLACES = ("/sys/kernel/tracing", "/sys/kernel/debug/tracing")


@dataclass(frozen=True)
class Field:
    """One member. count: of an array, else 0; is_dynamic: it is somewhere behind the record, as text."""

    name: str
    offset: int
    type: t.Int
    count: int
    is_pointer: bool
    is_dynamic: bool
    is_text: bool
    is_user: bool


def folder() -> pathlib.Path | None:
    """Where tracefs is mounted."""
    mounted = (line.split()[1:3] for line in pathlib.Path("/proc/self/mounts").read_text().splitlines())
    found = [where for where, kind in mounted if kind == "tracefs"] + list(_PLACES)
    return next((pathlib.Path(one) for one in found if pathlib.Path(one, "events").is_dir()), None)


def fields(place: str) -> list[Field] | None:
    """The members of `category/name`, those that all records share left out; None: there is no such tracepoint."""
    tracing = folder()
    try:
        text = (tracing / "events" / place / "format").read_text() if tracing else ""
    except OSError:
        return None
    made = [_field(place, *match) for match in _FIELD.findall(text)]
    return [field for field in made if not field.name.startswith("common_")] or None


def _field(place: str, type_: str, name: str, array: str, offset: str, size: str, signed: str) -> Field:
    declared = type_.strip()
    is_dynamic = declared.startswith("__data_loc") or declared.startswith("__rel_loc")
    length = int(array[1:-1]) if array and array[1:-1].isdigit() and not is_dynamic else 0
    each = int(size) // length if length else int(size)
    element = t.char if "char" in declared.split() and each == 1 else t.int_of(min(each, 8), signed == "1")
    is_pointer = declared.endswith("*") and not length
    return Field(
        name, int(offset), element, length, is_pointer, is_dynamic, "char" in declared, place.startswith("syscalls/")
    )
