"""Links: programs that are attached."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING

from aiobpf import _aiobpf, _arguments
from aiobpf._errors import BpfClosedError
from aiobpf._pin import Pinned
from aiobpf._program_info import LinkInfo

if TYPE_CHECKING:
    from aiobpf._program import BpfProgram


class BpfLink:
    """An attached program.

    The object keeps it: dropping the return value of attach() detaches nothing. It ends by `detach()` (or
    `destroy()`, the same), by the end of a `with` block, or with the object; a pin keeps it attached.
    """

    def __init__(self, raw: _aiobpf.Link, hook_name: str) -> None:
        self._raw: _aiobpf.Link | None = raw
        self._hook_name = hook_name
        self._pinned = Pinned(f"link {hook_name}")

    @property
    def is_attached(self) -> bool:
        return self._raw is not None

    @property
    def hook_name(self) -> str:
        """Where it is attached, as in "raw_tp/sys_enter"."""
        return self._hook_name

    @property
    def fd(self) -> int:
        """The link's descriptor, -1 when detached or where it has none; the link's own, do not close it."""
        return self._raw.fd if self._raw is not None else -1

    @property
    def info(self) -> LinkInfo:
        """What the kernel says of it, read anew each time: `link.info.target`.

        Raises BpfUnsupportedError (this kind has no link of the kernel's), BpfClosedError.
        """
        return LinkInfo(*self._check_attached().info())

    @property
    def pin_path(self) -> str | None:
        """Where pin() put it."""
        return self._pinned.path

    def pin(self, path: _arguments.Path) -> None:
        """Keeps the program attached after this link and this process, under a path in a BPF file system.

            link.pin("/sys/fs/bpf/my_link")

        Perf events, kprobes, uprobes and tracepoints: kernel 5.15.
        Raises BpfError (the path is there; no BPF file system is mounted there), BpfUnsupportedError (this kind has no
        link of the kernel's), BpfClosedError.
        """
        self._pinned.pin(self._check_attached().pin, path)

    def unpin(self, path: _arguments.Path | None = None) -> None:
        """Removes a pin; without a path the one that pin() made. Raises BpfError (there is none), BpfClosedError.

        link.unpin()
        """
        self._pinned.unpin(self._check_attached().unpin, path)

    def disconnect(self) -> None:
        """Ends this link and leaves the program attached, also after this process: tc filters, sockmap verdicts,
        struct_ops, and socket filters for as long as the socket lives.

            link.disconnect()

        Raises BpfUnsupportedError (a descriptor keeps it attached: pin() that one), BpfClosedError.
        """
        self._check_attached().disconnect()
        self._raw = None

    def update(self, program: BpfProgram) -> None:
        """Puts another program of the same kind in this one's place, with no moment without one: xdp, tcx, netkit,
        cgroup and netns links.

            link.update(other.program("count_packets"))

        Raises BpfUnsupportedError (another kind of link), BpfAttachError (another type of program), BpfClosedError.
        """
        raw = self._check_attached()
        assert program.fd >= 0  # raises BpfClosedError, where its object was closed
        raw.update(program._raw)

    def open_iterator(self) -> io.BufferedReader:
        """A stream of the bytes that a SEC("iter/...") program writes; each stream goes over all there is.

            with link.open_iterator() as stream:
                print(stream.read())

        Raises BpfError (not the link of an iterator), BpfClosedError.
        """
        return os.fdopen(self._check_attached().open_iterator(), "rb")

    def detach(self) -> None:
        """Detaches the program. Idempotent.

        link.detach()
        """
        if self._raw is not None:
            self._raw.detach()
            self._raw = None  # it keeps its object

    destroy = detach

    def _check_attached(self) -> _aiobpf.Link:
        if self._raw is None:
            raise BpfClosedError(f"link {self._hook_name}: it is detached")
        return self._raw

    def __enter__(self) -> BpfLink:
        return self

    def __exit__(self, *_: object) -> None:
        self.detach()

    def __repr__(self) -> str:
        return f"<aiobpf.BpfLink {self._hook_name!r} {'attached' if self.is_attached else 'detached'}>"


def open_pinned_link(path: _arguments.Path) -> BpfLink:
    """The link that is pinned there; no object keeps it. Its end detaches nothing while the pin is there.

        with aiobpf.open_pinned_link("/sys/fs/bpf/my_link") as link:
            link.unpin()

    Raises BpfError (nothing is pinned there, or something else than a link), BpfPermissionError.
    """
    link = BpfLink(_aiobpf.open_pinned_link(_arguments.path(path)), os.fsdecode(path))
    link._pinned.path = os.fsdecode(path)
    return link
