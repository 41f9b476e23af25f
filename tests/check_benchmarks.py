"""Each benchmark runs and prints its rows: quickly, or whole with AIOBPF_LONG. What it measures is not judged."""

from __future__ import annotations

import json
import os
import pathlib
import sys
from typing import Any

import pytest
from build_tree import BUILD, ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
import run as benchmarks  # noqa: E402

OPTIONS = [] if "AIOBPF_LONG" in os.environ else ["--quick"]

pytestmark = pytest.mark.timeout(1800)


def name_of(command: list[str]) -> str:
    return next(pathlib.Path(word).stem for word in command if "bench_" in word)


@pytest.fixture(scope="module")
def names() -> set[str]:
    """The rows that were printed so far."""
    return set()


def test_the_build_is_the_one_that_is_measured() -> None:
    assert BUILD == benchmarks.BUILD


@pytest.mark.parametrize("command", list(benchmarks.commands()), ids=name_of)
def test_it_runs(command: list[str], names: set[str]) -> None:
    rows: list[dict[str, Any]] = list(benchmarks.rows_of(command + OPTIONS))
    assert rows
    assert all(row["ratio"] > 0 for row in rows)
    names.update(row["name"] for row in rows)


def test_every_floor_has_its_row(names: set[str]) -> None:
    assert set(json.loads((benchmarks.SOURCE / "floors.json").read_text())) <= names
