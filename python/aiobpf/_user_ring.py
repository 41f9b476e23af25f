"""Rings that programs read."""

from __future__ import annotations

from typing import Any

from aiobpf import _aiobpf
from aiobpf._codec import PythonType, of_btf, of_python
from aiobpf._map import BpfMap


class BpfUserRing:
    """Writes records into a ring that programs read by bpf_user_ringbuf_drain(): a user_ringbuf. Kernel 6.1.

        commands = aiobpf.BpfUserRing(obj.maps["commands"])
        if not commands.submit(b"\\x01\\0\\0\\0"):
            ...  # it is full: a program has to drain it first

    record_type: what records are: bytes, a ctypes.Structure, or the name of a struct in the object's BTF; then
        submit() takes instances, or dicts of its fields.

    One writer in one process: two would overwrite one another's records.
    Raises BpfMapError (not a user ring), BpfNotFoundError (no such struct).
    """

    def __init__(self, ring: BpfMap[Any, Any], record_type: PythonType | str = bytes) -> None:
        self._raw = _aiobpf.user_ring(ring._raw)
        self._codec: _aiobpf.Codec | None = None
        where = f"a record of map {ring.name}"
        if isinstance(record_type, str):
            if ring._owner is None:
                raise TypeError("a map that came from no object has no names of structs")
            self._codec = of_btf(where, ring._owner._check_open().type(record_type.encode()))
        elif record_type is not bytes:
            import ctypes

            self._codec = of_python(where, ctypes.sizeof(record_type), record_type, None)

    def submit(self, record: Any) -> bool:
        """Adds a record; False when there is no room. Raises BpfMapError (more than the ring can ever hold)."""
        return self._raw.submit(record if self._codec is None else self._codec.pack(record))
