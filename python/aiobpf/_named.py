"""The collections that an object has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from aiobpf._map import BpfMap
from aiobpf._program import BpfProgram

M = TypeVar("M", BpfProgram, BpfMap)


class Named(Generic[M]):
    """The programs or maps of an object: iterating gives them, indexing and `in` go by name."""

    def __init__(self, kind: str, names: list[str], get: Callable[[str], M]) -> None:
        self._kind = kind
        self._names = names
        self._get: Callable[[str], M] = get
        self._made: dict[str, M] = {}

    def __getitem__(self, name: str) -> M:
        if name not in self._made:
            self._made[name] = self._get(name)
        return self._made[name]

    def get(self, name: str, default: M | None = None) -> M | None:
        return self[name] if name in self else default

    def __iter__(self) -> Iterator[M]:
        return (self[name] for name in self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def keys(self) -> list[str]:
        return list(self._names)

    def values(self) -> list[M]:
        return list(self)

    def items(self) -> list[tuple[str, M]]:
        return [(name, self[name]) for name in self._names]

    def _close(self) -> None:
        for one in self._made.values():
            one._close()
        self._made.clear()

    def __repr__(self) -> str:
        return f"<{self._kind}: {', '.join(self._names)}>"
