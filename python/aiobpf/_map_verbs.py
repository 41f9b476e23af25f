"""What only maps of some types can: those with a value for every CPU, and those without keys."""

from __future__ import annotations

from collections.abc import ItemsView
from typing import TYPE_CHECKING, Any, TypeVar

from aiobpf import _aiobpf
from aiobpf._map_types import BPF_ANY

K = TypeVar("K")
V = TypeVar("V")


class PerCpuVerbs(_aiobpf.MapView[K, V]):
    """Of per-CPU maps; of others a TypeError."""

    if TYPE_CHECKING:

        @property
        def name(self) -> str: ...
        @property
        def type_name(self) -> str: ...
        @property
        def is_percpu(self) -> bool: ...
        def items(self) -> ItemsView[K, V]: ...

    def _check_percpu(self) -> None:
        if not self.is_percpu:
            raise TypeError(f"map {self.name} is not per CPU: it is a {self.type_name}")

    def lookup_percpu(self, key: K) -> list[Any] | None:
        """The values of all CPUs, or None. Raises TypeError (not a per-CPU map).

        packets.lookup_percpu(0)
        """
        self._check_percpu()
        values: list[Any] | None = self.lookup(key)
        return values

    def sum(self, key: K) -> Any:
        """What the values of all CPUs add up to; 0 when the key is missing. Raises TypeError (not a per-CPU map,
        or values that are not numbers: use typed()).

            packets = obj.maps["packets"].typed()
            packets.sum(0)
        """
        return sum(self.lookup_percpu(key) or ())

    lookup_percpu_sum = sum

    def items_percpu(self) -> ItemsView[K, V]:
        """As items(). Raises TypeError (not a per-CPU map).

        dict(packets.items_percpu())
        """
        self._check_percpu()
        return self.items()


class KeylessVerbs(_aiobpf.MapView[K, V]):
    """Of queues, stacks and bloom filters."""

    def push(self, value: V, flags: int = BPF_ANY) -> None:
        """Of a queue or stack: adds a value; with BPF_EXIST a full one loses its oldest. Of a bloom filter: adds it to
        the set. Raises BpfMapError (E2BIG: it is full).

        jobs.push(value)
        """
        self._push(value, flags)

    def peek(self) -> V | None:
        """Of a queue or stack: the next value; None when it is empty.

        jobs.peek()
        """
        return self._peek()[0]

    def may_contain(self, value: V) -> bool:
        """Of a bloom filter: False when the value was never pushed.

        seen.may_contain(value)
        """
        return self._may_contain(value)
