"""What an object's structs are in Python."""

from __future__ import annotations

from typing import Any

from aiobpf import _aiobpf, _arguments, _codec, _ctypes_type
from aiobpf._errors import BpfError


class HasNamedTypes:
    """Structs of an object's BTF, by name: registered classes, and bytes of values."""

    _registered: dict[str, type[Any]]
    _codecs: dict[str, _aiobpf.Codec]

    def _check_open(self) -> _aiobpf.Object:
        raise NotImplementedError

    def _named_type(self, name: str) -> _aiobpf.Type:
        return self._check_open().type(_arguments.text("name", name))

    def register_type(self, btf_name: str, python_type: type[Any], validate_field_names: bool = True) -> None:
        """Says that the struct `btf_name` is that ctypes.Structure in Python; it is checked against BTF.

            obj.register_type("event", Event)
            obj.lookup_type("event") is Event
            obj.lookup_btf_name(Event) == "event"

        Raises BtfValidationError (sizes, offsets or names that do not fit, with `suggestions`), BpfNotFoundError (the
        message says how clang keeps a struct), BpfError (either is registered with another already), TypeError.
        """
        if not _ctypes_type.is_struct(python_type):
            raise TypeError(f"a ctypes.Structure or Union is registered, not {python_type!r}")
        name = self._plain(btf_name)
        its = self._named_type(btf_name)
        other_type, other_name = self._registered.get(name), self.lookup_btf_name(python_type)
        if other_type is python_type:
            return
        if other_type is not None or other_name is not None:
            known = f"{name} is {other_type.__name__}" if other_type else f"{python_type.__name__} is {other_name}"
            raise BpfError(f"cannot register {python_type.__name__} as {name}: {known} already")
        _codec.check_layout(f"type {btf_name!r}", python_type, its, validate_field_names)
        self._registered[name] = python_type

    @staticmethod
    def _plain(btf_name: str) -> str:
        """Without C's keyword."""
        return btf_name.removeprefix("struct ").removeprefix("union ")

    def lookup_type(self, btf_name: str) -> type[Any] | None:
        """The class that was registered for it, or None.

        obj.lookup_type("event")
        """
        return self._registered.get(self._plain(btf_name))

    def lookup_btf_name(self, python_type: type[Any]) -> str | None:
        """The name that the class was registered for, or None.

        obj.lookup_btf_name(Event)
        """
        return next((name for name, its in self._registered.items() if its is python_type), None)

    def _named_codec(self, name: str) -> _aiobpf.Codec:
        self._check_open()
        made = self._codecs.get(name)
        if made is None:
            made = self._codecs[name] = _codec.of_btf(name, self._named_type(name))
        return made

    def pack(self, name: str, value: Any) -> bytes:
        """The bytes of a value of that type of the object's BTF, set as values of maps are (BpfMap.typed()).

            obj.pack("event", {"pid": 1, "comm": "sh"})

        Raises BtfValidationError, TypeError, BpfNotFoundError.
        """
        return self._named_codec(name).pack(value)

    def unpack(self, name: str, data: bytes | bytearray | memoryview) -> Any:
        """The value that these bytes are: of a struct an event.

            obj.unpack("event", data).pid

        Raises ValueError (another size), BpfNotFoundError.
        """
        return self._named_codec(name).unpack(data)
