"""The exceptions of aiobpf: one tree, and each is also the Python exception one would try first.

BpfError
 ├─ BpfLoadError            opening or loading an object
 │   ├─ BpfFileError        reading its file (an OSError): .filename
 │   │   ├─ BpfFileNotFoundError, BpfIsADirectoryError, BpfNotADirectoryError
 │   │   └─ BpfFilePermissionError
 │   └─ BpfVerifierError    the kernel's verifier refused a program: .verifier_log
 ├─ BpfAttachError          attaching a program
 ├─ BpfMapError             a map operation, or a map of the wrong type
 ├─ BpfNotFoundError        no such program, map or type (a KeyError)
 ├─ BpfPermissionError      what is missing, and how to get it (a PermissionError)
 ├─ BpfSyscallError         the kernel refused a call (an OSError)
 ├─ BtfValidationError      records or types that do not fit (a ValueError)
 ├─ BpfExpressionError      a filter or a name that cannot be read (a ValueError)
 ├─ BpfClosedError          used after close (a RuntimeError)
 ├─ BpfBusyError            in use elsewhere: another task waits, another reader has the ring (a RuntimeError)
 └─ BpfUnsupportedError     this kernel, or this version, cannot do it (a NotImplementedError)
"""

from __future__ import annotations

import errno
import os
from typing import Any

_LOG_BEGIN = "-- BEGIN PROG LOAD LOG --\n"
_LOG_END = "-- END PROG LOAD LOG --"


class BpfError(Exception):
    """Something about BPF failed.

    errno: the kernel's error number, 0 when it was not the kernel.
    libbpf_log: what libbpf said during the failed call, or None.
    """

    def __init__(self, message: str, errno: int = 0, libbpf_log: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.errno = errno
        self.libbpf_log = libbpf_log
        if errno and isinstance(self, OSError):
            self.strerror = os.strerror(errno)

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.errno, self.libbpf_log), self.__dict__


class BpfLoadError(BpfError):
    """An object could not be opened or loaded."""


class BpfFileError(BpfLoadError, OSError):  # type: ignore[misc]  # errno is always an int here
    """The file of an object could not be read; filename: the path that was given."""

    def __init__(
        self,
        message: str,
        errno: int = 0,
        libbpf_log: str | None = None,
        filename: str | bytes | None = None,
    ) -> None:
        super().__init__(message, errno, libbpf_log)
        self.filename = filename

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.errno, self.libbpf_log, self.filename), self.__dict__


class BpfVerifierError(BpfLoadError):
    """The kernel's verifier refused a program."""

    @property
    def verifier_log(self) -> str:
        """The verifier's own log: each instruction it followed, and at its end the reason."""
        _, _, rest = (self.libbpf_log or "").partition(_LOG_BEGIN)
        return rest.partition(_LOG_END)[0]

    def __str__(self) -> str:
        # The last lines say why; the whole log is in verifier_log.
        lines = [line for line in self.verifier_log.splitlines() if line.strip()]
        reason = [line for line in lines if not line.startswith("processed ")][-1:]
        return "\n".join([self.message, *reason])


class BpfAttachError(BpfError):
    """A program could not be attached."""


class BpfMapError(BpfError):
    """A map operation failed, or the map is of the wrong type for it."""


class BpfNotFoundError(BpfError, KeyError):
    """No program, map or type has that name. The message lists the names that exist."""


class BpfPermissionError(BpfError, PermissionError):  # type: ignore[misc]  # errno is always an int here
    """The kernel refused because a capability is missing. The message names it."""


class BpfSyscallError(BpfError, OSError):  # type: ignore[misc]  # the same
    """The kernel refused a call."""


class BpfFileNotFoundError(BpfFileError, FileNotFoundError):  # type: ignore[misc]  # the same
    """There is no such file."""


class BpfIsADirectoryError(BpfFileError, IsADirectoryError):  # type: ignore[misc]  # the same
    """The path is a directory."""


class BpfNotADirectoryError(BpfFileError, NotADirectoryError):  # type: ignore[misc]  # the same
    """A part of the path is not a directory."""


class BpfFilePermissionError(BpfFileError, BpfPermissionError):  # type: ignore[misc]  # the same
    """The file may not be read."""


_FILE_ERRORS = {
    errno.ENOENT: BpfFileNotFoundError,
    errno.EISDIR: BpfIsADirectoryError,
    errno.ENOTDIR: BpfNotADirectoryError,
    errno.EACCES: BpfFilePermissionError,
    errno.EPERM: BpfFilePermissionError,
}


def open_error(message: str, number: int, libbpf_log: str | None) -> BpfLoadError:
    """What opening an object raises; with an errno it is about the file, without one about what is in it."""
    cls = _FILE_ERRORS.get(number, BpfFileError) if number else BpfLoadError
    return cls(message, number, libbpf_log)


class BtfValidationError(BpfError, ValueError):
    """Records and types do not fit one another."""

    def __init__(
        self,
        message: str,
        errno: int = 0,
        libbpf_log: str | None = None,
        suggestions: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, errno, libbpf_log)
        self.suggestions = suggestions


class BpfExpressionError(BpfError, ValueError):
    """A filter, or the name of an event or field, cannot be read. The message says where."""


class BpfClosedError(BpfError, RuntimeError):
    """It was used after it was closed."""


class BpfBusyError(BpfError, RuntimeError):
    """In use elsewhere: another task is waiting already, or another reader has taken the ring."""


class BpfUnsupportedError(BpfError, NotImplementedError):
    """This kernel, or this version of aiobpf, cannot do it. The message says which part."""
