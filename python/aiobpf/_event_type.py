"""Event classes made from an object's BTF.

A layout describes a struct completely, in tuples of strings and numbers: equal layouts have one class in a process,
and an event is pickled as its layout and its bytes.
"""

from __future__ import annotations

import enum
import threading
import weakref
from typing import Any, Protocol, TypeAlias, TypeVar

from aiobpf import _aiobpf, _arguments

#: Name and value of each.
Enumerators: TypeAlias = tuple[tuple[str, int], ...]
#: Name, offset, kind, signed, bytes of an element, elements (0: not an array), enumerators.
Field: TypeAlias = tuple[str, int, str, bool, int, int, Enumerators]
#: Name, bytes, fields.
Layout: TypeAlias = tuple[str, int, tuple[Field, ...]]

# Reentrant: making a class may run the cycle collector, and so anybody's code.
_making = threading.RLock()
_classes: weakref.WeakValueDictionary[Layout, type[Any]] = weakref.WeakValueDictionary()
_enumerations: weakref.WeakValueDictionary[tuple[str, Enumerators], type[Enumeration]] = weakref.WeakValueDictionary()


def make_event_type(layout: Layout) -> type[Any]:
    """The class for a struct's layout, as ObjectFile.layout() gives it."""
    with _making:
        known = _classes.get(layout)
        if known is None:
            known = _classes[layout] = _make(layout)
        return known


class _HasLayouts(Protocol):
    def layout(self, type: bytes) -> Layout: ...


class EventTypes:
    """The event classes of one object, which keeps them: one a name, however often it is asked for."""

    def __init__(self) -> None:
        self._made: dict[str, type[Any]] = {}

    def get(self, types: _HasLayouts, name: str) -> type[Any]:
        """Raises BpfNotFoundError, BpfUnsupportedError."""
        made = self._made.get(name) if isinstance(name, str) else None
        if made is None:
            made = self._made[name] = make_event_type(types.layout(_arguments.text("name", name)))
        return made


def restore_event(layout: Layout, data: bytes) -> Any:
    """What a pickled event calls."""
    return make_event_type(layout)(data)


def restore_member(name: str, enumerators: Enumerators, value: int) -> Enumeration:
    """What a pickled member of an enumeration calls."""
    return _enumeration(name, enumerators)(value)


class Enumeration(enum.IntEnum):
    """An enumeration of BTF; pickled with its enumerators, as it stands in no module."""

    def __reduce_ex__(self, _protocol: object) -> tuple[Any, ...]:
        cls = type(self)
        enumerators = tuple((name, int(member)) for name, member in cls.__members__.items())
        return restore_member, (cls.__name__, enumerators, int(self))


def _make(layout: Layout) -> type[Any]:
    name, size, fields = layout

    def reduce(event: Any) -> tuple[Any, ...]:
        return restore_event, (layout, bytes(event))

    described = [
        (field, offset, kind, signed, element, count, _members(field, enumerators))
        for field, offset, kind, signed, element, count, enumerators in fields
    ]
    attributes = {
        "_asdict": _asdict,
        "dtype": _LazyDtype(layout),
        "__copy__": _itself,
        "__deepcopy__": _itself,
        "__reduce__": reduce,
    }
    return _aiobpf.make_event_type(name, size, described, attributes)


def _asdict(event: Any) -> dict[str, Any]:
    """The fields by name, in the struct's order."""
    return {name: getattr(event, name) for name in event._fields}


_E = TypeVar("_E")


def _itself(event: _E, _memo: object = None) -> _E:
    return event  # nothing can change it


def _members(field: str, enumerators: Enumerators) -> dict[int, Enumeration] | None:
    if not enumerators:
        return None
    try:
        return {int(member): member for member in _enumeration(field, enumerators)}
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


class _LazyDtype:
    """The attribute `dtype` of an event class: the NumPy dtype of its records."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._made: Any = None

    def __get__(self, _event: object, _cls: object = None) -> Any:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> Any:
        name, size, fields = self._layout
        try:
            import numpy
        except ImportError:
            message = f"{name}.dtype needs NumPy, which is not installed: pip install numpy"
            raise ImportError(message, name="numpy") from None
        return numpy.dtype(
            {
                "names": [field[0] for field in fields],
                "formats": [_format(*field[2:6]) for field in fields],
                "offsets": [field[1] for field in fields],
                "itemsize": size,
            }
        )


def _format(kind: str, signed: bool, size: int, count: int) -> str | tuple[str, int]:
    if kind == "text":
        return f"S{max(count, 1)}"
    letter = {"boolean": "b", "floating": "f"}.get(kind, "i" if signed else "u")
    scalar = f"<{letter}{size}"
    return (scalar, count) if count else scalar
