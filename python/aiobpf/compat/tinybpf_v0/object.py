"""Objects."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from types import TracebackType

import aiobpf
from aiobpf.compat.tinybpf_v0.map import BPFMap, BPFMapCollection
from aiobpf.compat.tinybpf_v0.program import BPFProgram


class BPFObject:
    """An object, which is loaded when it is made. Raises FileNotFoundError, BPFLoadError."""

    def __init__(self, path: str | pathlib.Path) -> None:
        self._path = pathlib.Path(path)
        self._object = aiobpf.load(path)
        self._is_loaded = True
        self._maps = BPFMapCollection(self._object)
        self._programs: dict[str, BPFProgram] = {}

    @property
    def name(self) -> str:
        """Of its file, without what follows the first dot; "" when it is closed."""
        return self._path.name.partition(".")[0] if self._is_loaded else ""

    @property
    def path(self) -> pathlib.Path:
        return self._path

    @property
    def is_loaded(self) -> bool:
        return self._is_loaded

    @property
    def maps(self) -> BPFMapCollection:
        self._object._check_open()
        return self._maps

    @property
    def programs(self) -> Iterator[BPFProgram]:
        self._object._check_open()
        return iter([self.program(name) for name in self.program_names()])

    def program(self, name: str) -> BPFProgram:
        """Raises BPFNotFoundError, RuntimeError (it was closed).

        obj.program("on_exec").attach()
        """
        self._object._check_open()
        if name not in self._programs:
            self._programs[name] = BPFProgram(self._object.programs[name])
        return self._programs[name]

    def map(self, name: str) -> BPFMap:
        """obj.map("counts")"""
        return self.maps[name]

    def program_names(self) -> list[str]:
        """obj.program_names()"""
        return self._object.programs.keys()

    def map_names(self) -> list[str]:
        """obj.map_names()"""
        return self._object.maps.keys()

    def detach_all(self) -> None:
        """All links of all programs.

        obj.detach_all()
        """
        for program in self._programs.values():
            program.detach_all()

    def close(self) -> None:
        """Detaches all, and ends it. Idempotent.

        obj.close()
        """
        self.detach_all()
        self._object.close()
        self._is_loaded = False

    def __enter__(self) -> BPFObject:
        self._object._check_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def load(path: str | pathlib.Path) -> BPFObject:
    """Loads an object. Raises FileNotFoundError, BPFLoadError.

    with tinybpf.load("program.bpf.o") as obj: ...
    """
    return BPFObject(path)
