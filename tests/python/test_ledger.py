"""The ledger's class and its stub, which are made from the module's tables."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib

import aiobpf
import pytest
from aiobpf import _aiobpf, _ledger

STUB = pathlib.Path(_ledger.__file__).resolve().with_suffix(".pyi")


def written() -> str:
    """What _ledger.pyi is to be."""
    flags = [f"    {name}: bool" for name in _ledger._FLAGS]
    counts = [f"    {name}: int" for name in (*_aiobpf.ledger_counts, *_ledger.CAUSES)]
    lines = [
        "import dataclasses",
        "",
        "CAUSES: dict[str, str]",
        "",
        "@dataclasses.dataclass(frozen=True)",
        "class Ledger:",
        *flags,
        *counts,
        "",
        "    def balances(self) -> bool: ...",
        "    def lost(self) -> dict[str, int]: ...",
        "",
    ]
    return "\n".join(lines)


def test_type_checkers_see_what_the_tables_say() -> None:
    assert STUB.read_text() == written(), f"{STUB.name} is to be:\n{written()}"


def test_every_cause_is_documented_and_counted() -> None:
    assert aiobpf.Ledger.__doc__ is not None
    names = [field.name for field in dataclasses.fields(aiobpf.Ledger)]
    for name, meaning in _ledger.CAUSES.items():
        assert f"{name}: lost: {meaning}." in aiobpf.Ledger.__doc__
        assert name in names
    assert list(aiobpf.Ledger(*([0] * len(names))).lost()) == list(_ledger.CAUSES)


@pytest.mark.parametrize("name", [*_aiobpf.ledger_counts, *_ledger.CAUSES])
def test_a_record_more_under_any_count_is_noticed(name: str) -> None:
    names = [field.name for field in dataclasses.fields(aiobpf.Ledger)]
    one = dataclasses.replace(aiobpf.Ledger(*([0] * len(names))), **{name: 1})
    assert one.balances() == (name in ("bytes", "missed"))


def test_it_is_frozen() -> None:
    with contextlib.closing(aiobpf.Stream()) as stream:
        ledger = stream.statistics()
    with pytest.raises(dataclasses.FrozenInstanceError):
        ledger.seen = 1  # type: ignore[misc]
