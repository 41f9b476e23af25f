"""Objects that are opened, and loading them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from aiobpf import _aiobpf, _arguments
from aiobpf._errors import BpfFileError
from aiobpf._event_type import EventTypes
from aiobpf._map import BpfMap
from aiobpf._object import BpfObject
from aiobpf._program import BpfProgram
from aiobpf._variables import HasVariables, Variables

#: An object: the path of its file, or the object itself.
Source: TypeAlias = _arguments.Path | bytearray | memoryview

#: What a `const volatile` global can be set to: bytes, or what its type takes.
Constant: TypeAlias = Any

_ELF_MAGIC = b"\x7fELF"


def _path_of(source: Source) -> _arguments.Path | None:
    """None: it is an object. Bytes may be a path as well; no path begins as an object does."""
    if isinstance(source, bytearray | memoryview):
        return None
    return None if isinstance(source, bytes) and source.startswith(_ELF_MAGIC) else source


def _open_path(path: _arguments.Path, kernel_btf: bytes, token: bytes) -> _aiobpf.ObjectFile:
    try:
        return _aiobpf.open_file(_arguments.path(path), kernel_btf, token)
    except BpfFileError as error:
        error.filename = os.fspath(path)
        raise


class BpfObjectFile(HasVariables):
    """An object that was opened and not yet loaded: the time to set sizes and constants. No privilege is
    required.

    file = aiobpf.open("exec.bpf.o")
    file.set_max_entries("events", 1 << 20)
    with file.load() as obj: ...
    """

    def __init__(
        self,
        source: Source,
        *,
        name: str = "memory",
        kernel_btf: _arguments.Path = b"",
        token: _arguments.Path = b"",
    ) -> None:
        path = _path_of(source)
        more = _arguments.path(kernel_btf), _arguments.path(token)
        if path is None:
            self._raw = _aiobpf.open_memory(source, _arguments.text("name", name), *more)
        else:
            self._raw = _open_path(path, *more)
        self._name = name if path is None else os.path.basename(os.fsdecode(path))
        self._event_types = EventTypes()
        self._sections: dict[str, Variables] = {}

    def _open_variables(self, section: str) -> Callable[[], _aiobpf.Variables]:
        name = _arguments.text("section", section)
        return lambda: _aiobpf.file_variables(self._raw, name)  # each time: they end with load()

    def program_names(self) -> list[str]:
        """In the order of the object.

        print(file.program_names())
        """
        return self._raw.program_names()

    def map_names(self) -> list[str]:
        """In the order of the object, with the sections of globals.

        print(file.map_names())
        """
        return self._raw.map_names()

    def set_max_entries(self, map: str, entries: int) -> None:
        """Entries of a map; of a ring, bytes: a power of two and a multiple of the page size.

        file.set_max_entries("events", 1 << 20)
        """
        self._raw.set_max_entries(_arguments.text("map", map), _arguments.integer("entries", entries, 0, 2**32 - 1))

    def set_rodata(self, variable: str, value: Constant) -> None:
        """Sets a `const volatile` global: to bytes of its size, or to what its type in BTF takes, as `rodata` does.

            file.set_rodata("min_uid", 1000)      # or file.rodata.min_uid = 1000

        Raises BtfValidationError (a number that the variable cannot hold), TypeError, BpfNotFoundError,
        BpfLoadError (bytes of another size).
        """
        name = _arguments.text("variable", variable)
        if isinstance(value, bytes | bytearray | memoryview):
            self._raw.set_rodata(name, value)
        else:
            self._raw.rodata(name)  # its words for what is not there
            self.rodata[variable] = value

    def set_value_size(self, map: str, size: int) -> None:
        """Bytes of a value: of a stack trace map, of a section of globals. Raises BpfMapError, BpfNotFoundError.

        file.set_value_size("stacks", 8 * 127)
        """
        _aiobpf.set_value_size(self._raw, _arguments.text("map", map), _arguments.integer("size", size, 0, 2**32 - 1))

    def set_pin_path(self, map: str, path: _arguments.Path) -> None:
        """Where load() pins the map; one of the same shape that is pinned there already is used instead.

            file.set_pin_path("counts", "/sys/fs/bpf/counts")

        Raises BpfMapError, BpfNotFoundError.
        """
        _aiobpf.set_pin_path(self._raw, _arguments.text("map", map), _arguments.path(path))

    def reuse_map(self, map: str, existing: BpfMap[Any, Any]) -> None:
        """load() uses that map instead of creating one.

            file.reuse_map("counts", aiobpf.open_pinned_map("/sys/fs/bpf/counts"))

        Raises BpfMapError (another type or shape), BpfNotFoundError, TypeError.
        """
        if not isinstance(existing, BpfMap):
            raise TypeError(f"existing is a BpfMap, not {type(existing).__name__}")
        _aiobpf.reuse_map(self._raw, _arguments.text("map", map), existing._raw)

    def set_autoload(self, program: str, load: bool) -> None:
        """Whether load() loads that program (it does, unless told otherwise).

        file.set_autoload("on_exec", False)
        """
        self._raw.set_autoload(_arguments.text("program", program), _arguments.boolean("load", load))

    def set_attach_target(self, program: str, target: str, of: BpfProgram | None = None) -> None:
        """Names the function, tracepoint or hook that the verifier checks a program against: fentry, fexit, fmod_ret,
        lsm, tp_btf and freplace. `attach()` attaches it after load().

            file.set_attach_target("on_unlink", "do_unlinkat")
            file.set_attach_target("patch", "choose", of=main.program("on_packet"))

        of: the loaded program that has the function; must be given for freplace.
        Raises BpfAttachError (no such target in BTF; another kind of program), BpfNotFoundError (no such program).
        """
        name, function = _arguments.text("program", program), _arguments.text("target", target)
        kind = self._raw.section(name).split("/")[0]
        fd = -1 if of is None else of.fd
        if kind == "freplace":
            self._raw.prepare_freplace(name, function, fd)
        elif kind in ("lsm", "lsm.s", "lsm_cgroup"):
            self._raw.prepare_lsm(name, function)
        elif kind == "tp_btf":
            self._raw.prepare_tracepoint(name, function)
        else:
            self._raw.prepare_fentry(name, function, fd)

    def event_type(self, name: str) -> type[Any]:
        """As BpfObject.event_type()."""
        return self._event_types.get(self._raw, name)

    def load(self) -> BpfObject:
        """Loads programs and maps into the kernel. The file is spent, also when it fails.

            with file.load() as obj: ...

        Raises BpfVerifierError (with `verifier_log`), BpfPermissionError (names what is missing), BpfLoadError.
        """
        loaded = self._raw.load()
        types, self._event_types = self._event_types, EventTypes()  # the object's now
        return BpfObject(loaded, self._name, types)


def open(
    source: Source, *, name: str = "memory", kernel_btf: _arguments.Path = b"", token: _arguments.Path = b""
) -> BpfObjectFile:
    """Opens a compiled CO-RE object (.bpf.o) without loading it.

    source: the path of its file, as open() takes it (str, bytes, os.PathLike); or the object itself: a bytearray, a
        memoryview, or bytes that begin with ELF's magic.
    name: what an object in memory is called; up to its first dot it begins the names of the maps that hold globals.
    kernel_btf: the path of a kernel's BTF, or of a vmlinux that has it, for CO-RE where the running kernel has none.
    token: the path of a BPF file system that was mounted with delegation, whose token gives the privilege to load.
        Kernel 6.9, libbpf 1.5.

    Raises BpfFileError (an OSError too: BpfFileNotFoundError, ...), BpfLoadError (not a BPF object),
    BpfUnsupportedError (a token, and a libbpf without).
    """
    return BpfObjectFile(source, name=name, kernel_btf=kernel_btf, token=token)


def load(
    source: Source,
    *,
    max_entries: Mapping[str, int] | None = None,
    rodata: Mapping[str, Constant] | None = None,
    name: str = "memory",
    kernel_btf: _arguments.Path = b"",
    token: _arguments.Path = b"",
) -> BpfObject:
    """Opens and loads a compiled CO-RE object.

        with aiobpf.load("exec.bpf.o", max_entries={"events": 1 << 20}, rodata={"min_uid": 1000}) as obj:
            obj.program("on_exec").attach()

    source, name, kernel_btf, token: a path, or the object itself, as open() takes them.
    max_entries: entries of maps, or bytes of rings, as BpfObjectFile.set_max_entries() takes them.
    rodata: values of `const volatile` globals, as BpfObjectFile.set_rodata() takes them.

    Raises BpfLoadError and its subclasses, BpfPermissionError, BpfUnsupportedError (this kernel cannot do it),
    BpfSyscallError (no descriptor is left), and what those two raise.
    """
    sizes = _arguments.mapping("max_entries", max_entries)
    constants = _arguments.mapping("rodata", rodata)
    file = open(source, name=name, kernel_btf=kernel_btf, token=token)
    for map, entries in sizes.items():
        file.set_max_entries(map, entries)
    for variable, value in constants.items():
        file.set_rodata(variable, value)
    return file.load()


def missing_requirements() -> list[str]:
    """What is missing to load and attach BPF programs in this process: one sentence each, with its remedy.

    for sentence in aiobpf.missing_requirements(): print(sentence)
    """
    return _aiobpf.missing_for_bpf()
