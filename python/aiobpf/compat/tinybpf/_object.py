"""Objects, whose collections are mappings."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import aiobpf
from aiobpf.compat.tinybpf._map import BpfMap, with_numbers


@dataclass(frozen=True)
class ProgramInfo:
    """What a program is."""

    name: str
    section: str
    type: aiobpf.BpfProgType


class ProgramCollection(Mapping[str, aiobpf.BpfProgram]):
    """The programs of an object, by name."""

    def __init__(self, obj: aiobpf.BpfObject) -> None:
        self._object = obj

    def __getitem__(self, name: str) -> aiobpf.BpfProgram:
        return self._object.programs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._object.programs.keys())

    def __len__(self) -> int:
        return len(self._object.programs)


class MapCollection(Mapping[str, BpfMap]):
    """The maps of an object, by name."""

    def __init__(self, obj: aiobpf.BpfObject) -> None:
        self._object = obj
        self._made: dict[str, BpfMap] = {}

    def __getitem__(self, name: str) -> BpfMap:
        self._object._check_open()
        if name not in self._made:
            self._made[name] = with_numbers(self._object.maps[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._object.maps.keys())

    def __len__(self) -> int:
        return len(self._object.maps)


class BpfObject:
    """A loaded object."""

    def __init__(self, loaded: aiobpf.BpfObject, path: pathlib.Path) -> None:
        self._object = loaded
        self._path = path
        self._programs = ProgramCollection(loaded)
        self._maps = MapCollection(loaded)

    @property
    def name(self) -> str:
        """The name of its file, without what follows the first dot."""
        return self._path.name.partition(".")[0]

    @property
    def path(self) -> pathlib.Path:
        return self._path

    @property
    def programs(self) -> ProgramCollection:
        self._object._check_open()
        return self._programs

    @property
    def maps(self) -> MapCollection:
        self._object._check_open()
        return self._maps

    def program(self, name: str) -> aiobpf.BpfProgram:
        """Raises BpfNotFoundError, a KeyError.

        obj.program("on_exec").attach()
        """
        return self.programs[name]

    def map(self, name: str) -> BpfMap:
        """Raises BpfNotFoundError, a KeyError.

        obj.map("counts")[7]
        """
        return self.maps[name]

    @property
    def btf(self) -> Any:
        """What asks for types of the object's BTF; None where it has none."""
        return self._object._check_open()

    def register_type(self, btf_name: str, python_type: type[Any], validate_field_names: bool = True) -> None:
        """As aiobpf.BpfObject.register_type().

        obj.register_type("event", Event)
        """
        self._object.register_type(btf_name, python_type, validate_field_names)

    def lookup_type(self, btf_name: str) -> type[Any] | None:
        """The class that was registered for it, or None.

        obj.lookup_type("event")
        """
        return self._object.lookup_type(btf_name)

    def lookup_btf_name(self, python_type: type[Any]) -> str | None:
        """The name that the class was registered for, or None.

        obj.lookup_btf_name(Event)
        """
        return self._object.lookup_btf_name(python_type)

    def close(self) -> None:
        """Idempotent.

        obj.close()
        """
        self._object.close()

    def __enter__(self) -> BpfObject:
        self._object._check_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def load(path: str | pathlib.Path) -> BpfObject:
    """Loads an object. Raises FileNotFoundError, BpfError (with libbpf's log).

    with tinybpf.load("program.bpf.o") as obj: ...
    """
    return BpfObject(aiobpf.load(path), pathlib.Path(path))
