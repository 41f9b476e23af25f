"""What every kind of attaching needs of its program."""

from __future__ import annotations

from collections.abc import Callable

from aiobpf import _aiobpf
from aiobpf._link import BpfLink


class Attaching:
    """A program that can be attached; one class adds each family of kinds."""

    _raw: _aiobpf.Program
    _keep: Callable[[BpfLink], BpfLink]  # the object's: it keeps the links of its programs

    @property
    def section(self) -> str:
        """As in "raw_tp/sys_enter"."""
        raise NotImplementedError
