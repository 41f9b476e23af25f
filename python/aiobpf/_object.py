"""Loaded objects."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from aiobpf import _aiobpf, _arguments
from aiobpf._errors import BpfClosedError
from aiobpf._event_type import EventTypes
from aiobpf._link import BpfLink
from aiobpf._map import BpfMap
from aiobpf._named import Named
from aiobpf._named_types import HasNamedTypes
from aiobpf._program import BpfProgram
from aiobpf._variables import HasVariables, Variables


class BpfObject(HasVariables, HasNamedTypes):
    """A loaded object. Ends with its `with` block or by `close()`: links are detached, programs and maps are
    closed, whoever still holds them: using one is a BpfClosedError. Ring buffers that read its maps live on.
    """

    def __init__(self, raw: _aiobpf.Object, name: str, event_types: EventTypes) -> None:
        self._raw: _aiobpf.Object | None = raw
        self._name = name
        self._event_types = event_types
        self._links: list[BpfLink] = []
        self._sections: dict[str, Variables] = {}
        self._registered: dict[str, type[Any]] = {}
        self._codecs: dict[str, _aiobpf.Codec] = {}
        self.programs: Named[BpfProgram] = Named(
            "programs",
            raw.program_names(),
            lambda n: BpfProgram(self._check_open().program(_arguments.text("name", n)), self._keep),
        )
        self.maps: Named[BpfMap] = Named(
            "maps", raw.map_names(), lambda n: BpfMap(self._check_open().map(_arguments.text("name", n)), self)
        )

    @property
    def name(self) -> str:
        """The object's file name."""
        return self._name

    def program(self, name: str) -> BpfProgram:
        """The program of that name. Raises BpfNotFoundError, which names those there are.

        obj.program("on_exec").attach()
        """
        return self.programs[name]

    def map(self, name: str) -> BpfMap:
        """The map of that name. Raises BpfNotFoundError, which names those there are.

        obj.map("counts").typed()[7]
        """
        return self.maps[name]

    def _open_variables(self, section: str) -> Callable[[], _aiobpf.Variables]:
        mapped = _aiobpf.object_variables(self._check_open(), _arguments.text("section", section))
        return lambda: mapped  # it keeps the memory

    def variables(self, section: str) -> Variables:
        """As BpfObjectFile.variables(), after loading.

        obj.variables(".data.counters").seen
        """
        self._check_open()
        return super().variables(section)

    def event_type(self, name: str) -> type[Any]:
        """The class for the struct `name` of the object's BTF: `event.pid`, `repr`, `==`, `match`.

            ExecEvent = obj.event_type("exec_event")      # always the same class; "struct exec_event" too
            isinstance(event, ExecEvent)
            event._asdict()                               # fields by name
            numpy.asarray(batch).view(ExecEvent.dtype)    # records as rows

        Numbers, bool, enums, char[N] (bytes up to the first NUL), pointers (int), bitfields and arrays of arrays are
        read; a nested struct or union is an event, too, and fields of anonymous ones are the outer struct's.
        Raises BpfNotFoundError; BpfUnsupportedError (a field of another type, as a flexible array: the message names
        it); BtfValidationError (not a struct or union).

        An event can be copied and pickled. It is pickled with its type's BTF, so it can be read where the object is
        not; a process has one class for equal types. `ExecEvent.dtype` raises ImportError where NumPy is missing,
        and BpfUnsupportedError where NumPy has no dtype (bitfields, integers of 16 bytes); a field of that name
        comes before it.
        """
        return self._event_types.get(self._check_open(), name)

    def attach_struct_ops(self, name: str) -> BpfLink:
        """Gives a variable in SEC(".struct_ops") to the kernel, as a congestion control; its programs then are called.

            obj.attach_struct_ops("my_congestion_control")

        Raises BpfNotFoundError, BpfAttachError (another type of map; the kernel has one of that name).
        """
        raw = self._check_open().attach_struct_ops(_arguments.text("name", name))
        return self._keep(BpfLink(raw, f"struct_ops/{name}"))

    def close(self) -> None:
        """Detaches what is attached and closes programs and maps. Idempotent.

        obj.close()
        """
        for link in self._links:
            link.detach()
        self._links.clear()
        self.programs._close()
        self.maps._close()
        self._sections.clear()
        self._raw = None

    def _check_open(self) -> _aiobpf.Object:
        if self._raw is None:
            raise BpfClosedError(
                f"{self._name}: the object was closed: use it within its `with` block, or load it again"
            )
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
