"""Links: programs that are attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiobpf

if TYPE_CHECKING:
    from aiobpf.compat.tinybpf_v0.program import BPFProgram


class BPFLink:
    """An attached program; it stays attached until detach(), or the end of its object."""

    def __init__(self, link: aiobpf.BpfLink, program: BPFProgram) -> None:
        self._link = link
        self._program = program

    @property
    def program(self) -> BPFProgram:
        return self._program

    @property
    def hook_name(self) -> str:
        return self._link.hook_name

    @property
    def fd(self) -> int:
        """-1 when detached."""
        return self._link.fd

    @property
    def is_attached(self) -> bool:
        return self._link.is_attached

    @property
    def pin_path(self) -> str | None:
        return self._link.pin_path

    def detach(self) -> None:
        """Idempotent.

        link.detach()
        """
        self._link.detach()

    def pin(self, path: str) -> None:
        """Keeps it attached after this process. Raises BPFError.

        link.pin("/sys/fs/bpf/my_link")
        """
        self._link.pin(path)

    def unpin(self) -> None:
        """Removes the pin. Raises BPFError (it is not pinned).

        link.unpin()
        """
        self._link.unpin()

    def __enter__(self) -> BPFLink:
        return self

    def __exit__(self, *_: object) -> None:
        self.detach()
