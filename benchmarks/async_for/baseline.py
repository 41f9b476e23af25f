"""What one writes today without a package: libbpf by ctypes, and an async iterator in Python.

The reader callback runs in the loop's thread, once for all that lies in the ring; events wait in a deque.
"""

from __future__ import annotations

import asyncio
import collections
import ctypes
import os
from collections.abc import Callable
from typing import Any

_libbpf = ctypes.CDLL("libbpf.so.1", use_errno=True)

_SampleCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)


class _TestRunOptions(ctypes.Structure):
    """struct bpf_test_run_opts of <bpf/bpf.h>."""

    _fields_ = [
        ("sz", ctypes.c_size_t),
        ("data_in", ctypes.c_void_p),
        ("data_out", ctypes.c_void_p),
        ("data_size_in", ctypes.c_uint32),
        ("data_size_out", ctypes.c_uint32),
        ("ctx_in", ctypes.c_void_p),
        ("ctx_out", ctypes.c_void_p),
        ("ctx_size_in", ctypes.c_uint32),
        ("ctx_size_out", ctypes.c_uint32),
        ("retval", ctypes.c_uint32),
        ("repeat", ctypes.c_int),
        ("duration", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("cpu", ctypes.c_uint32),
        ("batch_size", ctypes.c_uint32),
    ]


def _declare(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(_libbpf, name)
    function.restype = result
    function.argtypes = arguments
    return function


_pointer = ctypes.c_void_p
_open = _declare("bpf_object__open", _pointer, ctypes.c_char_p)
_load = _declare("bpf_object__load", ctypes.c_int, _pointer)
_close = _declare("bpf_object__close", None, _pointer)
_find_map_fd = _declare("bpf_object__find_map_fd_by_name", ctypes.c_int, _pointer, ctypes.c_char_p)
_find_program = _declare("bpf_object__find_program_by_name", _pointer, _pointer, ctypes.c_char_p)
_program_fd = _declare("bpf_program__fd", ctypes.c_int, _pointer)
_test_run = _declare("bpf_prog_test_run_opts", ctypes.c_int, ctypes.c_int, ctypes.POINTER(_TestRunOptions))
_ring_new = _declare("ring_buffer__new", _pointer, ctypes.c_int, _SampleCallback, _pointer, _pointer)
_ring_free = _declare("ring_buffer__free", None, _pointer)
_ring_epoll_fd = _declare("ring_buffer__epoll_fd", ctypes.c_int, _pointer)
_ring_consume = _declare("ring_buffer__consume", ctypes.c_int, _pointer)


def _fail(step: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{step}: {os.strerror(number)}")


class Object:
    """A loaded BPF object."""

    def __init__(self, path: str) -> None:
        self._object = _open(os.fsencode(path))
        if not self._object:
            raise _fail(f"open {path}")
        if _load(self._object) != 0:
            raise _fail(f"load {path}")

    def map_fd(self, name: str) -> int:
        fd: int = _find_map_fd(self._object, name.encode())
        if fd < 0:
            raise KeyError(name)
        return fd

    def run(self, program: str, context: ctypes.Structure) -> None:
        """Runs a SEC("syscall") program; it may write to `context`."""
        found = _find_program(self._object, program.encode())
        if not found:
            raise KeyError(program)
        options = _TestRunOptions(sz=ctypes.sizeof(_TestRunOptions))
        options.ctx_in = ctypes.addressof(context)
        options.ctx_size_in = ctypes.sizeof(context)
        if _test_run(_program_fd(found), options) != 0:
            raise _fail(f"run {program}")

    def close(self) -> None:
        _close(self._object)


class RingBuffer:
    """An asynchronous iterator over a ring's events.

    event_type: bytes, or a ctypes.Structure subclass, of which each event is a copy.
    """

    def __init__(self, map_fd: int, event_type: type[Any] = bytes) -> None:
        self._events: collections.deque[Any] = collections.deque()
        self._waiter: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        on_sample = self._on_bytes() if event_type is bytes else self._on_structure(event_type)
        self._callback = _SampleCallback(on_sample)
        self._ring = _ring_new(map_fd, self._callback, None, None)
        if not self._ring:
            raise _fail("ring_buffer__new")
        self._fd = _ring_epoll_fd(self._ring)
        self._loop.add_reader(self._fd, self._on_readable)

    # Closures: what they need for each event is a variable of their own, not an attribute.

    def _on_bytes(self) -> Callable[[int, int, int], int]:
        append = self._events.append
        string_at = ctypes.string_at

        def on_sample(_context: int, data: int, size: int) -> int:
            append(string_at(data, size))
            return 0

        return on_sample

    def _on_structure(self, event_type: type[ctypes.Structure]) -> Callable[[int, int, int], int]:
        append = self._events.append
        size_of_type = ctypes.sizeof(event_type)
        string_at = ctypes.string_at
        copy = event_type.from_buffer_copy

        def on_sample(_context: int, data: int, size: int) -> int:
            if size >= size_of_type:  # as the guides of such libraries show it: bytes, then a copy of them
                append(copy(string_at(data, size)))
            return 0

        return on_sample

    def _on_readable(self) -> None:
        _ring_consume(self._ring)
        waiter = self._waiter
        if waiter is not None and self._events and not waiter.done():
            waiter.set_result(None)

    async def _wait(self) -> None:
        while not self._events:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None

    def __aiter__(self) -> RingBuffer:
        return self

    async def __anext__(self) -> Any:
        events = self._events
        if not events:
            await self._wait()
        return events.popleft()

    def close(self) -> None:
        self._loop.remove_reader(self._fd)
        _ring_free(self._ring)
