"""Small programs over the whole language: the C of each is as it was, and each does on the kernel what it should."""

from __future__ import annotations

import pathlib

import aiobpf
import pytest
from aiobpf.compiler import to_c
from support import Case, check_on_kernel, load_corpus

HERE = pathlib.Path(__file__).parent
CASES = load_corpus()

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def portable(c: str) -> str:
    """Without the folder that the sources are in."""
    return c.replace(str(HERE), "tests/compiler")


@each
def test_the_c_is_as_it_was(case: Case, request: pytest.FixtureRequest) -> None:
    golden = HERE / "golden" / f"{case.name}.c"
    made = portable(to_c(case.function))
    if request.config.getoption("--update-golden"):
        golden.write_text(made)
    assert golden.is_file(), "run pytest with --update-golden, and read what it wrote"
    assert made == golden.read_text()


@pytest.mark.kernel
@pytest.mark.parametrize("case", [case for case in CASES if case.loads], ids=lambda case: case.name)
def test_it_does_on_the_kernel_what_it_should(case: Case) -> None:
    with aiobpf.compile(case.function).load() as obj:
        check_on_kernel(case, obj)


def test_every_golden_file_is_of_a_program() -> None:
    assert {p.stem for p in (HERE / "golden").glob("*.c")} == {case.name for case in CASES}
