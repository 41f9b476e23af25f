"""Rings that programs read: records that this process writes."""

from __future__ import annotations

import asyncio
import ctypes
import warnings
from types import TracebackType
from typing import Any, Self

from aiobpf import _aiobpf, _arguments
from aiobpf._codec import PythonType, of_btf, of_python
from aiobpf._errors import BpfClosedError
from aiobpf._map import BpfMap

#: Seconds after which a waiting writer looks for room without being woken.
SAFETY_LOOK = 0.1

#: Bytes of a record, at most, whatever the ring's size.
LONGEST_RECORD = (1 << 30) - 1


class UserRecord:
    """A reserved record of a user ring, to fill, and then to submit or discard. It holds back those behind it.

        with await ring.reserve(16) as record:
            struct.pack_into("QQ", record.data, 0, pid, flags)

    As a context manager it is submitted at the end, and discarded when the body raises.
    data: what is submitted, a bytearray of the record's size, zeroes at first.
    """

    def __init__(self, ring: _aiobpf.UserRing, number: int, size: int) -> None:
        self._ring: _aiobpf.UserRing | None = ring
        self._number = number
        self.data = bytearray(size)

    def submit(self) -> None:
        """Makes the record visible to programs.

            record.submit()

        Raises BpfClosedError when it was submitted or discarded already, BpfMapError when `data` has another length
        now.
        """
        self._take().submit(self._number, self.data)

    def discard(self) -> None:
        """Gives the record back; programs skip it.

            record.discard()

        Raises BpfClosedError when it was submitted or discarded already.
        """
        self._take().discard(self._number)

    def _take(self) -> _aiobpf.UserRing:
        ring, self._ring = self._ring, None
        if ring is None:
            raise BpfClosedError("the record was submitted or discarded already")
        return ring

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ring is None:
            return
        if kind is None:
            self.submit()
        else:
            self.discard()

    def __del__(self, _warn: Any = warnings.warn) -> None:
        if getattr(self, "_ring", None) is not None:
            _warn("a record of a user ring was neither submitted nor discarded", ResourceWarning, stacklevel=2)
            self.discard()


class BpfUserRing:
    """Writes records into a ring that programs read by bpf_user_ringbuf_drain(): a user_ringbuf. Kernel 6.1.

        commands = aiobpf.BpfUserRing(obj.maps["commands"])
        if not commands.submit(b"\\x01\\0\\0\\0"):
            ...  # it is full: a program has to drain it first
        await commands.write(b"\\x01\\0\\0\\0")  # waits for that

    record_type: what records are: bytes, a ctypes.Structure, or the name of a struct in the object's BTF; then
        submit() and write() take instances, or dicts of its fields.

    Room comes when a program drains the ring. One that drains it with BPF_RB_NO_WAKEUP tells nobody: what it made is
    found within 100 ms. One writer in one process: two would overwrite one another's records. In a child of fork() its
    use is a BpfClosedError.
    Raises BpfMapError (not a user ring), BpfNotFoundError (no such struct).
    """

    def __init__(self, ring: BpfMap[Any, Any], record_type: PythonType | str = bytes) -> None:
        self._raw: _aiobpf.UserRing | None = _aiobpf.user_ring(ring._raw)
        self._waiting: set[asyncio.Future[None]] = set()
        self._codec: _aiobpf.Codec | None = None
        where = f"a record of map {ring.name}"
        if isinstance(record_type, str):
            if ring._owner is None:
                raise TypeError("a map that came from no object has no names of structs")
            self._codec = of_btf(where, ring._owner._check_open().type(record_type.encode()))
        elif record_type is not bytes:
            self._codec = of_python(where, ctypes.sizeof(record_type), record_type, None)

    def submit(self, record: Any) -> bool:
        """Adds a record; False when there is no room. Raises BpfMapError (more than the ring can ever hold).

        commands.submit(b"...")
        """
        return self._open().write(self._pack(record))

    async def write(self, record: Any) -> None:
        """Waits until there is room, and adds a record. Raises as submit() and reserve() do.

        await commands.write(b"...")
        """
        packed = self._pack(record)
        while not self._quiet().write(packed):
            await self._room()

    def try_reserve(self, size: int) -> UserRecord | None:
        """A record of `size` bytes to fill, or None when there is no room now.

            record = commands.try_reserve(16)

        Raises BpfMapError when no room will ever be enough, BpfClosedError.
        """
        size = _arguments.integer("size", size, 0, LONGEST_RECORD)
        ring = self._open()
        number = ring.reserve(size)
        return None if number is None else UserRecord(ring, number, size)

    async def reserve(self, size: int) -> UserRecord:
        """Waits until there is room for a record of `size` bytes, and reserves it.

            record = await commands.reserve(16)

        Cancelling it reserves nothing. Those who wait get room in no particular order. Raises as try_reserve() does;
        BpfClosedError also when the ring is closed meanwhile.
        """
        while True:
            self._quiet()
            record = self.try_reserve(size)
            if record is not None:
                return record
            await self._room()

    @property
    def unread(self) -> int:
        """Bytes that programs have not taken yet, 8 for each record included."""
        return self._open().unread()

    @property
    def size(self) -> int:
        """Bytes of the ring."""
        return self._open().size

    def close(self) -> None:
        """Ends those who wait for room with BpfClosedError. What was submitted stays for programs. Idempotent.

        ring.close()
        """
        if self._raw is None:
            return
        for told in self._waiting:
            told.get_loop().remove_reader(self._raw.fd)
        self._wake()
        self._raw = None

    @property
    def closed(self) -> bool:
        return self._raw is None

    def _pack(self, record: Any) -> Any:
        return record if self._codec is None else self._codec.pack(record)

    def _open(self) -> _aiobpf.UserRing:
        if self._raw is None:
            raise BpfClosedError("the user ring was closed")
        return self._raw

    def _quiet(self) -> _aiobpf.UserRing:
        """Before an attempt: what is taken after it tells once more."""
        ring = self._open()
        ring.quiet()
        return ring

    async def _room(self) -> None:
        """Waits until a program took records, or for a safety look."""
        loop = asyncio.get_running_loop()
        told = loop.create_future()
        if not self._waiting:
            loop.add_reader(self._open().fd, self._wake)
        self._waiting.add(told)
        try:
            async with asyncio.timeout(SAFETY_LOOK):
                await told
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(told)
            if not self._waiting and self._raw is not None:
                loop.remove_reader(self._raw.fd)

    def _wake(self) -> None:
        if self._raw is not None:
            self._raw.quiet()
        for told in self._waiting:
            if not told.done():
                told.set_result(None)

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<aiobpf.BpfUserRing {'closed' if self.closed else 'open'}>"
