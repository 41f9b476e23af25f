"""What takes the place of what an object held."""

from __future__ import annotations

from typing import Any

from aiobpf._errors import BpfClosedError


class Closed:
    def __init__(self, what: str) -> None:
        self._what = what

    def __getattr__(self, name: str) -> Any:
        raise BpfClosedError(f"{self._what}: its object was closed")


def closed(what: str) -> Any:
    """Takes the place of what an object held: any use of it is a BpfClosedError, and open ones pay for no check."""
    return Closed(what)
