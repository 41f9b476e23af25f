"""Where something is pinned."""

from __future__ import annotations

import os
from collections.abc import Callable

from aiobpf import _arguments
from aiobpf._errors import BpfError


class Pinned:
    """Remembers the path, so that unpin() needs none."""

    def __init__(self, what: str) -> None:
        self._what = what
        self.path: str | None = None

    def pin(self, pin: Callable[[bytes], None], path: _arguments.Path) -> None:
        pin(_arguments.path(path))
        self.path = os.fsdecode(path)

    def unpin(self, unpin: Callable[[bytes], None], path: _arguments.Path | None) -> None:
        if path is None:
            path = self.path
        if path is None:
            raise BpfError(f"{self._what}: it was not pinned here: name the path")
        unpin(_arguments.path(path))
        if os.fsdecode(path) == self.path:
            self.path = None
