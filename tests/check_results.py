"""What support/add_up.py makes of results: of real ones, and of programs that died before they wrote any."""

from __future__ import annotations

import pathlib
import subprocess
import sys

import pytest
from build_tree import BUILD, ROOT, run

OTHERS = 7 - 1  # cases of runner_subject that were not chosen: Boost.Test calls them skipped
PYTEST_FILE = """
import pytest

def test_passes(): pass
def test_fails(): assert False
@pytest.mark.skip(reason="no kernel here")
def test_skips(): pass
@pytest.fixture
def broken(): raise OSError
def test_cannot_begin(broken): pass
"""


def ctest(build: pathlib.Path, **tests: str) -> None:
    """Writes ctest.xml as ctest does: the name and the status of each test."""
    results = "".join(
        f'<testcase name="{name}" classname="{name}" time="0" status="{status}">'
        + {"run": "", "fail": '<failure message=""/>', "notrun": '<skipped message="SKIP_RETURN_CODE=77"/>'}[status]
        + "</testcase>"
        for name, status in tests.items()
    )
    (build / "ctest.xml").write_text(f'<testsuite name="(empty)" tests="{len(tests)}">{results}</testsuite>')


def boost(build: pathlib.Path, name: str, cases: str) -> None:
    (build / "results").mkdir(exist_ok=True)
    run(BUILD / "tests" / "runner_subject", f"--run_test={cases}", f"--logger=JUNIT,warning,{build}/results/{name}.xml")


def add_up(*builds: pathlib.Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, ROOT / "tests" / "support" / "add_up.py", *builds)


def sum_of(*builds: pathlib.Path) -> tuple[int, str]:
    done = add_up(*builds)
    return done.returncode, done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("cases", "status", "exit_status", "passed", "failed"),
    [
        pytest.param("passes", "run", 0, 1, 0, id="a pass"),
        pytest.param("warns", "run", 0, 1, 0, id="a warning is a pass"),
        pytest.param("passes,fails", "fail", 1, 1, 1, id="a failure"),
        pytest.param("passes,throws", "fail", 1, 1, 1, id="an exception is one failure"),
        pytest.param("leaks", "fail", 1, 1, 1, id="a leaked descriptor is one failure"),
        pytest.param("skips", "notrun", 1, 0, 0, id="nothing but skips is no success"),
    ],
)
def test_cases_of_boost_test(
    tmp_path: pathlib.Path, cases: str, status: str, exit_status: int, passed: int, failed: int
) -> None:
    ctest(tmp_path, subject=status)
    boost(tmp_path, "subject", cases)
    chosen = cases.count(",") + 1
    skipped = OTHERS + 1 - chosen + (cases == "skips")
    assert sum_of(tmp_path) == (exit_status, f"{passed} passed, {failed} failed, {skipped} skipped")


def test_cases_of_pytest(tmp_path: pathlib.Path) -> None:
    ctest(tmp_path, python="fail")
    (tmp_path / "test_it.py").write_text(PYTEST_FILE)
    results = tmp_path / "results" / "python.xml"
    run(
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--junit-xml={results}",
        "test_it.py",
        cwd=tmp_path,
    )
    done = add_up(tmp_path)
    assert done.stdout.splitlines() == [
        "failed: python: test_fails",
        "skipped: python: test_skips: no kernel here",
        "failed: python: test_cannot_begin",
        "1 passed, 2 failed, 1 skipped",
    ]
    assert done.returncode == 1


@pytest.mark.parametrize("status", ["fail", "run", "notrun"])
def test_a_program_that_leaves_no_results_is_one_failure(tmp_path: pathlib.Path, status: str) -> None:
    ctest(tmp_path, subject="run", died=status)
    boost(tmp_path, "subject", "passes")
    assert sum_of(tmp_path) == (1, f"1 passed, 1 failed, {OTHERS} skipped")


def test_results_that_are_cut_off_are_one_failure(tmp_path: pathlib.Path) -> None:
    ctest(tmp_path, subject="fail")
    boost(tmp_path, "subject", "passes")
    results = tmp_path / "results" / "subject.xml"
    results.write_text(results.read_text()[:-30])
    assert sum_of(tmp_path) == (1, "0 passed, 1 failed, 0 skipped")


def test_trees_are_added_and_one_without_tests_is_a_failure(tmp_path: pathlib.Path) -> None:
    trees = [tmp_path / "dev", tmp_path / "asan"]
    for tree in trees:
        tree.mkdir()
        ctest(tree, subject="run")
        boost(tree, "subject", "passes")
    assert sum_of(*trees) == (0, f"2 passed, 0 failed, {2 * OTHERS} skipped")
    ctest(trees[1], subject="fail")
    boost(trees[1], "subject", "fails")
    assert "failed: asan: subject: fails" in add_up(*trees).stdout.splitlines()
    ctest(trees[1], subject="run")
    boost(trees[1], "subject", "passes")
    assert sum_of(*trees, tmp_path / "tsan") == (1, f"2 passed, 1 failed, {2 * OTHERS} skipped")


def test_no_tests_at_all_are_no_success(tmp_path: pathlib.Path) -> None:
    assert sum_of() == (1, "0 passed, 0 failed, 0 skipped")


def test_what_ctest_writes_is_read(tmp_path: pathlib.Path) -> None:
    """The fake of the other tests is like this."""
    (tmp_path / "CTestTestfile.cmake").write_text(
        'add_test(good true)\nadd_test(bad false)\nadd_test(skipped sh -c "exit 77")\n'
        "set_tests_properties(skipped PROPERTIES SKIP_RETURN_CODE 77)\nadd_test(missing /nowhere/program)\n"
    )
    run("ctest", "--output-junit", tmp_path / "ctest.xml", cwd=tmp_path)
    for name in ("good", "bad", "skipped", "missing"):
        boost(tmp_path, name, "skips" if name == "skipped" else "passes")
    (tmp_path / "results" / "missing.xml").unlink()
    assert sum_of(tmp_path) == (1, f"2 passed, 2 failed, {3 * OTHERS + 1} skipped")
