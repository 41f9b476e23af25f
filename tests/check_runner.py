"""Runs the cases of support/runner_subject.cpp and checks what support/main.cpp makes of them."""

from __future__ import annotations

import pytest
from build_tree import BUILD, run

PROGRAM = BUILD / "tests" / "runner_subject"


@pytest.mark.parametrize(
    ("cases", "status"),
    [
        pytest.param("passes", 0, id="a pass is success"),
        pytest.param("warns", 0, id="a warning is a pass"),
        pytest.param("passes,fails", 201, id="a failure fails"),
        pytest.param("passes,throws", 201, id="an exception fails"),
        pytest.param("skips", 77, id="nothing but skips is no success"),
        pytest.param("passes,skips", 0, id="a skip beside a pass is success"),
        pytest.param("leaks,skips", 99, id="a leak among skips is not hidden"),
    ],
)
def test_the_exit_status_says_how_it_went(cases: str, status: int) -> None:
    done = run(PROGRAM, f"--run_test={cases}")
    assert done.returncode == status, done.stdout


@pytest.mark.parametrize(("case", "name"), [("leaks", "/dev/null"), ("leaks_of_proc", "status")])
def test_a_leaked_descriptor_is_named_and_fails(case: str, name: str) -> None:
    done = run(PROGRAM, f"--run_test={case}")
    assert done.returncode == 99
    assert any("leaked file descriptor" in line and name in line for line in done.stdout.splitlines())
