"""BPF_MAP_TYPE_*: the numbers of map types."""

from __future__ import annotations

from typing import Any

from aiobpf._map_types import BpfMapType

__all__ = [f"BPF_MAP_TYPE_{one.name}" for one in BpfMapType]


def __getattr__(name: str) -> Any:
    try:
        return int(BpfMapType[name.removeprefix("BPF_MAP_TYPE_")])
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None


def __dir__() -> list[str]:
    return __all__
