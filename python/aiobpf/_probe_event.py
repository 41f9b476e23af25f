"""Classes of what probes record."""

from __future__ import annotations

import threading
import weakref
from typing import Any

from aiobpf import _aiobpf
from aiobpf._event_type import make_event_type

_making = threading.Lock()
_classes: weakref.WeakValueDictionary[tuple[str, tuple[str, ...], bytes], type[Any]] = weakref.WeakValueDictionary()


def make_probe_event(event: str, checked: tuple[str, ...], described: _aiobpf.Type) -> type[Any]:
    """The class of one event's records: an event class whose `event` is the event's name, and whose `truncated` and
    `unreadable` are tuples of the names of fields. `checked` are those that can be either, a bit each."""
    key = (event, checked, described.btf)
    with _making:
        known = _classes.get(key)
        if known is None:
            known = _classes[key] = _make(event, checked, described, key[2])
        return known


def restore(event: str, checked: tuple[str, ...], btf: bytes, data: bytes) -> Any:
    """What a pickled event calls."""
    return make_probe_event(event, checked, _aiobpf.type_of_btf(btf))(data)


def _make(event: str, checked: tuple[str, ...], described: _aiobpf.Type, btf: bytes) -> type[Any]:
    def reduce(record: Any) -> tuple[Any, ...]:
        return restore, (event, checked, btf, bytes(record))

    def named(bits: str) -> property:
        if not checked:
            return property(lambda _record: ())
        return property(lambda record: _names(checked, getattr(record, bits)))

    return make_event_type(
        described,
        more={
            "event": event,
            "truncated": named("truncated_bits"),
            "unreadable": named("unreadable_bits"),
            "__reduce__": reduce,
        },
    )


def _names(checked: tuple[str, ...], bits: int) -> tuple[str, ...]:
    return tuple(name for bit, name in enumerate(checked) if bits >> bit & 1) if bits else ()
