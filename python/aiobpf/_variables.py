"""The global variables of an object, by name and type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from aiobpf import _aiobpf, _arguments, _codec
from aiobpf._errors import BpfNotFoundError


class Variables:
    """The global variables of one section: `obj.bss`, `obj.data`, `obj.rodata`.

        file.rodata.target_pid = 1234        # an opened object's, before load(): what it begins with
        obj.bss.counter                      # a loaded object's: in memory, no system call
        obj.bss.counter = 0
        obj.bss["view"]                      # a name that a method has, or that begins with "__"
        numpy.frombuffer(obj.bss.view("histogram"), "u8")

    Values are read and set as those of maps are, by BTF (BpfMap.typed()); structs are read as events: copies, so a
    whole struct is set, from a dict or an event. Words of up to 8 bytes are read and set whole. `.rodata` is
    constant once it is loaded (BpfError). A loaded object's variables, and views of them, may outlive the object.
    A name that is not there is an AttributeError, or by index a KeyError (BpfNotFoundError).
    """

    __slots__ = ("_codecs", "_get", "_section", "_types")

    _codecs: dict[str, _aiobpf.Codec]
    _get: Callable[[], _aiobpf.Variables]
    _section: str
    _types: dict[str, _aiobpf.Type]

    def __init__(self, section: str, get: Callable[[], _aiobpf.Variables]) -> None:
        for name, value in (("_section", section), ("_get", get), ("_codecs", {}), ("_types", dict(get().all))):
            object.__setattr__(self, name, value)

    def _codec(self, name: str) -> _aiobpf.Codec:
        made = self._codecs.get(name)
        if made is None:
            if name not in self._types:
                there = ", ".join(self._types) or "none"
                raise BpfNotFoundError(f"{self._section} has no variable {name!r}; there are: {there}")
            made = self._codecs[name] = _codec.of_btf(f"variable {name!r}", self._types[name])
        return made

    def __getitem__(self, name: str) -> Any:
        codec = self._codec(name)
        return self._get().read(_arguments.text("name", name), codec)

    def __setitem__(self, name: str, value: Any) -> None:
        codec = self._codec(name)
        self._get().write(_arguments.text("name", name), codec, value)

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except BpfNotFoundError as error:
            raise AttributeError(error.message, name=name, obj=self) from None

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            self[name] = value
        except BpfNotFoundError as error:
            raise AttributeError(error.message, name=name, obj=self) from None

    def view(self, name: str | None = None) -> memoryview:
        """The memory of a variable, or of all, as bytes that programs write meanwhile; it keeps the memory.

            obj.bss.view("counters").cast("Q")[0]

        Read-only for `.rodata`. Raises BpfNotFoundError, BpfClosedError (an opened object's: it has none yet).
        """
        variables = self._get()
        memory = memoryview(variables.memory)
        if name is None:
            return memory
        size = self._codec(name).size
        at = variables.offset_of(_arguments.text("name", name))
        return memory[at : at + size]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def __contains__(self, name: object) -> bool:
        return name in self._types

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._types]

    def __repr__(self) -> str:
        return f"<aiobpf.Variables {self._section}: {', '.join(self._types)}>"


class HasVariables:
    """What an opened and a loaded object have in common."""

    _sections: dict[str, Variables]

    def _open_variables(self, section: str) -> Callable[[], _aiobpf.Variables]:
        raise NotImplementedError

    def variables(self, section: str) -> Variables:
        """The globals of a section, as in ".data.counters". Raises BpfNotFoundError, which names those there are.

        obj.variables(".data.counters").seen
        """
        made = self._sections.get(section)
        if made is None:
            made = self._sections[section] = Variables(section, self._open_variables(section))
        return made

    @property
    def bss(self) -> Variables:
        """Globals that begin with 0. Raises BpfNotFoundError (it has none)."""
        return self.variables(".bss")

    @property
    def data(self) -> Variables:
        """Globals that begin with another value. Raises BpfNotFoundError (it has none)."""
        return self.variables(".data")

    @property
    def rodata(self) -> Variables:
        """`const volatile` globals: set before the object is loaded. Raises BpfNotFoundError (it has none)."""
        return self.variables(".rodata")
