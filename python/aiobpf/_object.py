"""Objects, programs and links."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from types import TracebackType
from typing import Any, TypeVar

from aiobpf import _aiobpf
from aiobpf._errors import BpfClosedError, BpfNotFoundError
from aiobpf._event_type import make_event_type
from aiobpf._map import BpfMap, let_go

M = TypeVar("M", "BpfProgram", BpfMap)


class BpfLink:
    """An attached program.

    The object keeps it: dropping the return value of attach() detaches nothing. It ends by `detach()` (or
    `destroy()`, the same), by the end of a `with` block, or with the object.
    """

    def __init__(self, raw: _aiobpf.Link, hook_name: str) -> None:
        self._raw: _aiobpf.Link | None = raw
        self._hook_name = hook_name

    @property
    def is_attached(self) -> bool:
        return self._raw is not None

    @property
    def hook_name(self) -> str:
        """Where it is attached, as in "raw_tp/sys_enter"."""
        return self._hook_name

    @property
    def fd(self) -> int:
        """The link's descriptor, -1 when detached; the link's own, do not close it."""
        return self._raw.fd if self._raw is not None else -1

    def detach(self) -> None:
        """Detaches the program. Idempotent."""
        if self._raw is not None:
            self._raw.detach()
            self._raw = None  # it keeps its object

    destroy = detach

    def __enter__(self) -> BpfLink:
        return self

    def __exit__(self, *_: object) -> None:
        self.detach()

    def __repr__(self) -> str:
        return f"<aiobpf.BpfLink {self._hook_name!r} {'attached' if self.is_attached else 'detached'}>"


class BpfProgram:
    """A program of a loaded object."""

    def __init__(self, raw: _aiobpf.Program, owner: BpfObject) -> None:
        self._raw = raw
        self._owner = owner
        self._name = raw.name
        self._section = raw.section

    @property
    def name(self) -> str:
        return self._name

    @property
    def section(self) -> str:
        """As in "raw_tp/sys_enter"."""
        return self._section

    @property
    def type_name(self) -> str:
        """As libbpf names it: "tracing", "tracepoint", "syscall", ..."""
        return self._raw.type_name

    @property
    def fd(self) -> int:
        """The program's descriptor; the program's own, do not close it."""
        return self._raw.fd

    def _let_go(self) -> None:
        self._raw = let_go(f"program {self._name}")

    def attach(self) -> BpfLink:
        """Attaches where the program's section says.

        Raises BpfAttachError (no such place), BpfUnsupportedError (the section names no place),
        BpfPermissionError.
        """
        return self._owner._keep(BpfLink(self._raw.attach(), self.section))

    def attach_tracepoint(self, category: str, name: str) -> BpfLink:
        """Attaches a SEC("tracepoint/...") program to a tracepoint, as under events/ in tracefs.

            obj.program("on_exec").attach_tracepoint("sched", "sched_process_exec")

        Raises BpfAttachError, BpfPermissionError.
        """
        raw = self._raw.attach_tracepoint(category, name)
        return self._owner._keep(BpfLink(raw, f"tracepoint/{category}/{name}"))

    def run(self, context: Any = None) -> int:
        """Runs a SEC("syscall") program once and returns what it returned (unsigned, 32 bits).

        context: what the program gets as its argument: bytes, or a writable buffer (bytearray,
        ctypes.Structure), which then holds what the program wrote. Needs kernel 5.14.
        Raises BpfSyscallError.
        """
        if isinstance(context, bytes):
            context = bytearray(context)
        return self._raw.run(context)

    def __repr__(self) -> str:
        return f"<aiobpf.BpfProgram {self.name!r} ({self.section})>"


class Named(Collection[M]):
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

    def _let_go(self) -> None:
        for one in self._made.values():
            one._let_go()
        self._made.clear()

    def __repr__(self) -> str:
        return f"<{self._kind}: {', '.join(self._names)}>"


class BpfObject:
    """A loaded object. Ends with its `with` block or by `close()`: links are detached, programs and maps are
    let go, whoever still holds them: using one is a BpfClosedError. Ring buffers that read its maps live on.
    """

    def __init__(self, raw: _aiobpf.Object, name: str) -> None:
        self._raw: _aiobpf.Object | None = raw
        self._name = name
        self._links: list[BpfLink] = []
        self.programs: Named[BpfProgram] = Named(
            "programs", raw.program_names(), lambda n: BpfProgram(self._check_open().program(n), self)
        )
        self.maps: Named[BpfMap] = Named("maps", raw.map_names(), lambda n: BpfMap(self._check_open().map(n), self))

    @property
    def name(self) -> str:
        """The object's file name."""
        return self._name

    def program(self, name: str) -> BpfProgram:
        """The program of that name. Raises BpfNotFoundError, which names those there are."""
        return self.programs[name]

    def map(self, name: str) -> BpfMap:
        """The map of that name. Raises BpfNotFoundError, which names those there are."""
        return self.maps[name]

    def event_type(self, name: str) -> type[Any]:
        """A class for the struct `name` of the object's BTF: `event.pid`, `repr`, `==`, `match`.

        Integers, bool, enums, char[N] (bytes up to the first NUL) and arrays of integers are read; of
        other members BpfUnsupportedError says which. Raises BpfNotFoundError.
        """
        return make_event_type(self._check_open().layout(name))

    def close(self) -> None:
        """Detaches what is attached and lets go of programs and maps. Idempotent."""
        for link in self._links:
            link.detach()
        self._links.clear()
        self.programs._let_go()
        self.maps._let_go()
        self._raw = None

    def _check_open(self) -> _aiobpf.Object:
        if self._raw is None:
            raise BpfClosedError(f"{self._name}: the object was closed")
        return self._raw

    def _keep(self, link: BpfLink) -> BpfLink:
        self._links = [one for one in self._links if one.is_attached]
        self._links.append(link)
        return link

    def __enter__(self) -> BpfObject:
        self._check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<aiobpf.BpfObject {self._name!r}{'' if self._raw else ' closed'}>"


class BpfObjectFile:
    """An object that was opened and not yet loaded: the time to set sizes and constants. Needs no privilege.

    file = aiobpf.open("exec.bpf.o")
    file.set_max_entries("events", 1 << 20)
    with file.load() as obj: ...
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._raw = _aiobpf.open_file(os.fspath(path))
        self._name = os.path.basename(os.fspath(path))

    def program_names(self) -> list[str]:
        return self._raw.program_names()

    def map_names(self) -> list[str]:
        return self._raw.map_names()

    def set_max_entries(self, map: str, entries: int) -> None:
        """Entries of a map; of a ring, bytes: a power of two and a multiple of the page size."""
        self._raw.set_max_entries(map, entries)

    def set_rodata(self, variable: str, value: bytes | bytearray | memoryview) -> None:
        """Sets a `const volatile` global, to bytes of its size."""
        self._raw.set_rodata(variable, value)

    def set_autoload(self, program: str, load: bool) -> None:
        """Whether load() loads that program (it does, unless told otherwise)."""
        self._raw.set_autoload(program, load)

    def event_type(self, name: str) -> type[Any]:
        """As BpfObject.event_type()."""
        return make_event_type(self._raw.layout(name))

    def load(self) -> BpfObject:
        """Loads programs and maps into the kernel. The file is spent, also when it fails.

        Raises BpfVerifierError (with `verifier_log`), BpfPermissionError (names what lacks), BpfLoadError.
        """
        return BpfObject(self._raw.load(), self._name)


def open(path: str | os.PathLike[str]) -> BpfObjectFile:
    """Opens a compiled CO-RE object (.bpf.o) without loading it. Raises BpfLoadError, BpfPermissionError."""
    return BpfObjectFile(path)


def load(path: str | os.PathLike[str]) -> BpfObject:
    """Opens and loads a compiled CO-RE object.

        with aiobpf.load("exec.bpf.o") as obj:
            obj.program("on_exec").attach()

    Raises BpfLoadError and its subclasses, BpfPermissionError.
    """
    return open(path).load()


def missing_requirements() -> list[str]:
    """What this process lacks to load and attach BPF programs: one sentence each, with its remedy."""
    return _aiobpf.missing_for_bpf()


__all__ = [
    "BpfLink",
    "BpfNotFoundError",
    "BpfObject",
    "BpfObjectFile",
    "BpfProgram",
    "load",
    "missing_requirements",
    "open",
]
