"""Event classes made from an object's BTF.

A class is made from one type of BTF, and written as that: equal types have one class in a process, and an event is
pickled as its type's BTF and its bytes.
"""

from __future__ import annotations

import enum
import threading
import weakref
from typing import Any, Protocol, TypeAlias, TypeVar

from aiobpf import _aiobpf, _arguments
from aiobpf._dtype import LazyDtype

#: Name and value of each.
Enumerators: TypeAlias = tuple[tuple[str, int], ...]

# Reentrant: a class is made while an outer one is, and making one may run the cycle collector, and so anybody's code.
_making = threading.RLock()
_classes: weakref.WeakValueDictionary[tuple[str, bytes], type[Any]] = weakref.WeakValueDictionary()
_enumerations: weakref.WeakValueDictionary[tuple[str, Enumerators], type[Enumeration]] = weakref.WeakValueDictionary()


def make_event_type(described: _aiobpf.Type, field: str = "", more: dict[str, Any] | None = None) -> type[Any]:
    """The class for a struct or union; one without a name is called as the field that has it.

    more: attributes of the class, which is a new one then.
    Raises BpfUnsupportedError (a field of a type that is not read), BtfValidationError (not a struct or union).
    """
    key = (_name_of(described, field), described.btf)
    if more is not None:
        return _make(described, *key, more)
    with _making:
        known = _classes.get(key)
        if known is None:
            known = _classes[key] = _make(described, *key)
        return known


class _HasTypes(Protocol):
    def type(self, name: bytes) -> _aiobpf.Type: ...


class EventTypes:
    """The event classes of one object, which keeps them: one a name, however often it is asked for."""

    def __init__(self) -> None:
        self._made: dict[str, type[Any]] = {}

    def get(self, types: _HasTypes, name: str) -> type[Any]:
        """Raises BpfNotFoundError, BpfUnsupportedError, BtfValidationError."""
        made = self._made.get(name) if isinstance(name, str) else None
        if made is None:
            made = self._made[name] = make_event_type(types.type(_arguments.text("name", name)))
        return made


def restore_event(name: str, btf: bytes, data: bytes) -> Any:
    """What a pickled event calls."""
    known = _classes.get((name, btf))
    return (make_event_type(_aiobpf.type_of_btf(btf), name) if known is None else known)(data)


def restore_member(name: str, enumerators: Enumerators, value: int) -> Enumeration:
    """What a pickled member of an enumeration calls."""
    return _enumeration(name, enumerators)(value)


class Enumeration(enum.IntEnum):
    """An enumeration of BTF; pickled with its enumerators, as no module has it."""

    def __reduce_ex__(self, _protocol: object) -> tuple[Any, ...]:
        cls = type(self)
        enumerators = tuple((name, int(member)) for name, member in cls.__members__.items())
        return restore_member, (cls.__name__, enumerators, int(self))


def _name_of(described: _aiobpf.Type, field: str) -> str:
    return described.alias or described.name or field or "unnamed"


def _make(described: _aiobpf.Type, name: str, btf: bytes, more: dict[str, Any] | None = None) -> type[Any]:
    def reduce(event: Any) -> tuple[Any, ...]:
        return restore_event, (name, btf, bytes(event))

    attributes = {
        "_asdict": _asdict,
        "dtype": LazyDtype(name, described),
        "_type": described,
        "__copy__": _itself,
        "__deepcopy__": _itself,
        "__reduce__": reduce,
    }
    return _aiobpf.make_event_type(described, name, convert_field, attributes | (more or {}))


def convert_field(field: str, described: _aiobpf.Type) -> type[Any] | dict[int, Enumeration] | None:
    """What a field of a struct, union or enumeration becomes."""
    if described.kind == "enumeration":
        return _members(_name_of(described, field), described.enumerators)
    return make_event_type(described, field)


def _asdict(event: Any) -> dict[str, Any]:
    """The fields by name, in the struct's order; nested structs are dicts as well."""
    return {name: _plain(getattr(event, name)) for name in event._fields}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return _asdict(value) if vars(type(value)).get("_asdict") is _asdict else value


_E = TypeVar("_E")


def _itself(event: _E, _memo: object = None) -> _E:
    return event  # nothing can change it


def _members(name: str, enumerators: Enumerators) -> dict[int, Enumeration] | None:
    if not enumerators:
        return None
    try:
        return {int(member): member for member in _enumeration(name, enumerators)}
    except (TypeError, ValueError):  # names that Python's enum keeps for itself, as `mro`: numbers then
        return None


def _enumeration(name: str, enumerators: Enumerators) -> type[Enumeration]:
    with _making:
        known = _enumerations.get((name, enumerators))
        if known is not None:
            return known
        made: type[Enumeration] = Enumeration(name, enumerators)  # type: ignore[call-arg, arg-type, assignment]
        _enumerations[name, enumerators] = made
        return made
