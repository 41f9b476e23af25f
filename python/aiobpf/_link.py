"""Links: programs that are attached."""

from __future__ import annotations

from aiobpf import _aiobpf


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
