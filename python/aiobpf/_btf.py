"""The types that BTF describes: of the kernel, of a file, of bytes."""

from __future__ import annotations

import os
from typing import Any

from aiobpf import _aiobpf, _arguments
from aiobpf._codec import of_btf
from aiobpf._errors import BpfFileError, BpfNotFoundError
from aiobpf._event_type import EventTypes
from aiobpf._record import BpfRecord


class Btf:
    """Types by name. Opening the kernel's 126,000 takes some tens of milliseconds, and finding the first one some more.

        kernel = aiobpf.Btf.of_kernel()
        kernel.unpack("struct path", data).dentry      # an event: fields by name
        kernel.pack("struct timespec64", {"tv_sec": 1, "tv_nsec": 5})
        kernel.sizeof("struct task_struct")

    Names are as C's: "struct x", "union x", "enum x", "pid_t"; a name alone is looked for among all of them.
    """

    def __init__(self, raw: _aiobpf.Btf) -> None:
        self._raw = raw
        self._event_types = EventTypes()
        self._codecs: dict[str, _aiobpf.Codec] = {}

    @classmethod
    def of_kernel(cls) -> Btf:
        """Of the running kernel. Raises BpfFileError (built without CONFIG_DEBUG_INFO_BTF)."""
        return cls(_aiobpf.btf_of_kernel())

    @classmethod
    def of_file(cls, path: _arguments.Path) -> Btf:
        """Of an ELF object with a section .BTF, or BTF alone. Raises BpfFileError, BpfLoadError."""
        try:
            return cls(_aiobpf.btf_of_file(_arguments.path(path)))
        except BpfFileError as error:
            error.filename = os.fspath(path)
            raise

    @classmethod
    def of_bytes(cls, data: bytes | bytearray | memoryview) -> Btf:
        """BTF alone. Raises BtfValidationError."""
        return cls(_aiobpf.btf_of_bytes(data))

    def __len__(self) -> int:
        return self._raw.size

    def __contains__(self, name: object) -> bool:
        try:
            self._type(name)
        except BpfNotFoundError:
            return False
        return True

    def _type(self, name: object) -> _aiobpf.Type:
        return self._raw.type(_arguments.text("name", name))

    def sizeof(self, name: str) -> int:
        """Bytes of a type. Raises BpfNotFoundError, which names similar ones.

        types.sizeof("struct task_struct")
        """
        return self._type(name).size

    def event_type(self, name: str) -> type[Any]:
        """The class for a struct or union, as BpfObject.event_type() gives it."""
        return self._event_types.get(self._raw, name)

    def record(self, name: str) -> BpfRecord:
        """The template of a struct, which packs and unpacks dicts; what struct cannot say is bytes there.

        types.record("event").unpack(data)["pid"]
        """
        return BpfRecord.of_type(self._type(name))

    def _codec(self, name: str) -> _aiobpf.Codec:
        made = self._codecs.get(name)
        if made is None:
            made = self._codecs[name] = of_btf(name, self._type(name))
        return made

    def pack(self, name: str, value: Any) -> bytes:
        """The bytes of a value of that type, set as values of maps are (BpfMap.typed()).

            types.pack("event", {"pid": 1})

        Raises BtfValidationError, TypeError, BpfNotFoundError.
        """
        return self._codec(name).pack(value)

    def unpack(self, name: str, data: bytes | bytearray | memoryview) -> Any:
        """The value that these bytes are: of a struct an event. Raises ValueError (another size), BpfNotFoundError.

        types.unpack("event", data).pid
        """
        return self._codec(name).unpack(data)
