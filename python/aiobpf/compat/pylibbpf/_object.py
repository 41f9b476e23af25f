"""Objects and programs."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import Any

import aiobpf
from aiobpf._errors import BpfError
from aiobpf.bpf._maps import Map
from aiobpf.compat.pylibbpf._map import BpfMap
from aiobpf.compiler.object import CompiledFile


class AttachedProgram:
    """A program of an object: attach() and detach()."""

    def __init__(self, program: aiobpf.BpfProgram) -> None:
        self._program = program
        self._link: aiobpf.BpfLink | None = None

    def attach(self) -> aiobpf.BpfLink:
        """Where its section says. Raises BpfException (it is attached already)."""
        if self.is_attached():
            raise BpfError(f"{self._program.name} is attached already")
        self._link = self._program.attach()
        return self._link

    def detach(self) -> bool:
        """Whether it was attached."""
        was = self.is_attached()
        if self._link is not None:
            self._link.detach()
        return was

    def is_attached(self) -> bool:
        return self._link is not None and self._link.is_attached

    def get_name(self) -> str:
        return self._program.name


class BpfObject:
    """A compiled object. Closed when it is collected, by destroy(), or by the end of its `with` block.

    declared: the names of the module that it was compiled from; structs: ctypes classes by name.
    """

    def __init__(
        self, object_path: str, structs: Mapping[str, Any] | None = None, *, declared: Mapping[str, Any] | None = None
    ) -> None:
        self._path = object_path
        self._declared = dict(declared or {})
        self._structs = dict(structs or {})
        self._structs |= {name: v for name, v in self._declared.items() if hasattr(v, "__bpf_type__")}
        self._object: aiobpf.BpfObject | None = None
        self._programs: dict[str, AttachedProgram] = {}

    def loaded(self) -> aiobpf.BpfObject:
        """Raises BpfException (it is not)."""
        if self._object is None:
            raise BpfError("the object is not loaded: call load() first")
        return self._object

    def declaration_of(self, name: str) -> Map | None:
        """The map that was declared under that name."""
        found = self._declared.get(name)
        return found if isinstance(found, Map) else None

    def load(self) -> bool:
        """Raises BpfException (it is loaded already), and what aiobpf.load() raises."""
        if self._object is not None:
            raise BpfError("the object is loaded already")
        self._object = CompiledFile(pathlib.Path(self._path)).load()
        self._programs = {p.name: AttachedProgram(p) for p in self._object.programs}
        return True

    def attach_all(self) -> dict[str, aiobpf.BpfLink]:
        """Every program that its section says a place for."""
        self.loaded()
        return {name: program.attach() for name, program in self._programs.items()}

    def attach(self) -> bool:
        self.attach_all()
        return True

    def load_and_attach(self) -> None:
        self.load()
        self.attach_all()

    def destroy(self) -> bool:
        """Detaches and closes. Whether it was loaded."""
        was = self._object is not None
        if self._object is not None:
            self._object.close()
            self._object = None
        self._programs = {}
        return was

    def is_loaded(self) -> bool:
        return self._object is not None

    def is_attached(self) -> bool:
        return any(program.is_attached() for program in self._programs.values())

    def get_program_names(self) -> list[str]:
        return list(self._programs)

    def get_program(self, name: str) -> AttachedProgram:
        """Raises BpfException (there is none of that name)."""
        self.loaded()
        if name not in self._programs:
            raise BpfError(f"there is no program {name}: there are {', '.join(self._programs)}")
        return self._programs[name]

    def get_map_names(self) -> list[str]:
        # What AIOBPF_RING puts beside a ring is left out.
        names = self.loaded().maps.keys()
        return [name for name in names if not name.endswith("__ledger") and not name.startswith(".data.")]

    def get_map(self, name: str) -> BpfMap:
        """Raises BpfException (there is none of that name)."""
        return BpfMap(self, name)

    def get_struct_defs(self) -> dict[str, Any]:
        return dict(self._structs)

    def __getitem__(self, name: str) -> BpfMap:
        return self.get_map(name)

    def __enter__(self) -> BpfObject:
        return self

    def __exit__(self, *_: object) -> None:
        self.destroy()


class BpfProgram(BpfObject):
    """The older name: BpfProgram(path[, program_name]). program_name: the only one that is attached."""

    def __init__(self, object_path: str, program_name: str = "") -> None:
        super().__init__(object_path)
        self._only = program_name

    def attach_all(self) -> dict[str, aiobpf.BpfLink]:
        if not self._only:
            return super().attach_all()
        return {self._only: self.get_program(self._only).attach()}
