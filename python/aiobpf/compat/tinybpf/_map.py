"""Maps that decode numbers by their BTF, without being told."""

from __future__ import annotations

from typing import Any

import aiobpf
from aiobpf import _aiobpf, _codec
from aiobpf._map_sides import Sides
from aiobpf.compat.tinybpf._types import BtfType, to_btf_type

_NUMBERS = ("integer", "boolean", "floating_point")


class BpfMap(aiobpf.BpfMap[Any, Any]):
    """A map: keys and values that are numbers in BTF are int and float here, all others bytes; typed() says more."""

    @property
    def btf_key(self) -> BtfType | None:
        """What BTF says of keys; None: nothing."""
        return to_btf_type(self._btf()[0])

    @property
    def btf_value(self) -> BtfType | None:
        """What BTF says of values; None: nothing."""
        return to_btf_type(self._btf()[1])


def with_numbers(found: aiobpf.BpfMap[Any, Any]) -> BpfMap:
    """A map of aiobpf's, whose keys and values are decoded where they are numbers. It ends with that one."""
    sides = Sides(found._raw, found._btf)
    described = found._btf()

    def codec(side: str, its: _aiobpf.Type | None, size: int) -> _aiobpf.Codec:
        if its is None or its.kind not in _NUMBERS or its.size != size:
            return sides.raw_key() if side == "key" else sides.raw_value()
        return _codec.of_btf(f"map {found.name}: a {side}", its)

    made = BpfMap(
        found._raw,
        found._owner,
        codec("key", described[0], found.key_size),
        codec("value", described[1], found.value_size),
    )
    made._pin_path = found._pin_path
    found._views.add(made)
    return made


def open_pinned_map(path: str, key_type: type[Any] | None = None, value_type: type[Any] | None = None) -> Any:
    """The map that is pinned there; with types, as by typed().

        counts = tinybpf.open_pinned_map("/sys/fs/bpf/counts", key_type=int)

    Raises BpfError.
    """
    return aiobpf.open_pinned_map(path, key_type, value_type)
