"""How the two sides of a map, its keys and its values, are read and written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiobpf import _aiobpf, _codec
from aiobpf._errors import BtfValidationError
from aiobpf._map_types import KEYS_ARE_DESCRIPTORS, VALUES_ARE_DESCRIPTORS, VALUES_ARE_MAPS, descriptor_of

Types = tuple[_aiobpf.Type | None, _aiobpf.Type | None]


class Sides:
    """Makes the codecs of a map. btf: what its BTF says, asked only when it is needed."""

    def __init__(self, raw: _aiobpf.Map, btf: Callable[[], Types] | None = None, by_name: bool = True) -> None:
        self._raw = raw
        self._btf = btf
        self._types: Types | None = None
        self._by_name = by_name

    def _where(self, side: str) -> str:
        return f"map {self._raw.name}: a {side}"

    def _size(self, side: str) -> int:
        return self._raw.key_size if side == "key" else self._raw.value_size

    def _is_descriptor(self, side: str) -> bool:
        kinds = KEYS_ARE_DESCRIPTORS if side == "key" else VALUES_ARE_DESCRIPTORS
        return self._raw.type in kinds

    def raw_key(self) -> _aiobpf.Codec:
        return self._bytes("key")

    def raw_value(self) -> _aiobpf.Codec:
        return self._bytes("value")

    def _bytes(self, side: str) -> _aiobpf.Codec:
        where, size = self._where(side), self._size(side)
        if not self._is_descriptor(side):
            return _aiobpf.bytes_codec(where, size)
        plain = _aiobpf.bytes_codec(where, size)

        def encode(value: Any) -> bytes:
            if isinstance(value, int | bytes | bytearray | memoryview):
                return plain.pack(value)
            return descriptor_of(value).to_bytes(size, "little")

        return _aiobpf.function_codec(where, size, bytes, encode)

    def codec(
        self, side: str, format: str | None, type_: type[Any] | None, other: type[Any] | None, must_be_known: bool
    ) -> _aiobpf.Codec:
        """As typed() is told. Raises TypeError, BtfValidationError."""
        where, size = self._where(side), self._size(side)
        if sum(one is not None for one in (format, type_, other)) > 1:
            raise TypeError(f"{where}: one of {side}_format, {side}_type and {side}, not two")
        if format is not None:
            return _codec.of_format(where, size, format)
        given = type_ if type_ is not None else other
        if given is not None:
            return _codec.of_python(where, size, given, self._described(side), self._by_name)
        if self._is_descriptor(side):
            return self._descriptor(side)
        described = self._described(side)
        if described is not None:
            return _codec.of_btf(where, described)
        if must_be_known and size != 0:
            raise BtfValidationError(
                f"{where}: the map has no BTF that says its type: say it by {side}=, or by {side}_format="
            )
        return self._bytes(side)

    def _described(self, side: str) -> _aiobpf.Type | None:
        """What BTF says, where it says what fits."""
        if self._types is None:
            self._types = (None, None) if self._btf is None else self._btf()
        described = self._types[0 if side == "key" else 1]
        return described if described is not None and described.size == self._size(side) else None

    def _descriptor(self, side: str) -> _aiobpf.Codec:
        where, size = self._where(side), self._size(side)
        holds_maps = side == "value" and self._raw.type in VALUES_ARE_MAPS

        def decode(data: bytes) -> Any:
            number = int.from_bytes(data, "little")
            if not holds_maps:
                return number
            from aiobpf._maps import open_map_by_id

            return open_map_by_id(number)

        def encode(value: Any) -> bytes:
            return descriptor_of(value).to_bytes(size, "little")

        return _aiobpf.function_codec(where, size, decode, encode)
