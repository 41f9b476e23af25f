"""Adds up the test results of build trees, and prints as its last line

    N passed, N failed, N skipped

    add_up.py <build tree>...

A tree holds `ctest.xml` (ctest --output-junit) and, for each of its tests, `results/<test>.xml` with the cases.
What failed or was skipped is named before, with the tree's name where there are several. A test that failed although
none of its cases did (a crash, a leaked descriptor), or that reports no cases, counts as one failed; so does a tree
without ctest.xml. The exit status is 0 when nothing failed and something passed.
"""

from __future__ import annotations

import dataclasses
import pathlib
import sys
from collections.abc import Iterator

import junitparser


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def say(*words: str) -> None:
    print(": ".join(word for word in words if word))


def cases_of(path: pathlib.Path) -> Iterator[junitparser.TestCase]:
    """The cases of a file, whether its root is one suite (Boost.Test, ctest) or a list of them (pytest)."""
    root = junitparser.JUnitXml.fromfile(str(path))
    for suite in [root] if isinstance(root, junitparser.TestSuite) else root:
        yield from suite


def is_failed(case: junitparser.TestCase) -> bool:
    return any(isinstance(result, junitparser.Failure | junitparser.Error) for result in case.result)


def reason_of(case: junitparser.TestCase) -> str:
    """Why a case was skipped: pytest says it in the element, Boost.Test in the output's last line."""
    message = next((result.message for result in case.result if result.message), None)
    return message or (case.system_out or "").strip().rpartition("\n")[2]


def add_cases(path: pathlib.Path, counts: Counts, tree: str) -> bool:
    """Adds the cases of one test; False when it reports none."""
    try:
        cases = list(cases_of(path))
    except (OSError, junitparser.JUnitXmlError, SyntaxError):  # not written, or not to its end
        return False
    for case in cases:
        if is_failed(case):
            counts.failed += 1
            say("failed", tree, path.stem, case.name)
        elif case.is_skipped:
            counts.skipped += 1
            say("skipped", tree, path.stem, case.name, reason_of(case))
        else:
            counts.passed += 1
    return bool(cases)


def add_tree(build: pathlib.Path, counts: Counts, tree: str) -> None:
    try:
        tests = list(cases_of(build / "ctest.xml"))
    except (OSError, junitparser.JUnitXmlError, SyntaxError):
        tests = []
    if not tests:
        counts.failed += 1
        say("failed", str(build), "no test ran")
    for test in tests:
        failed_before = counts.failed
        reported = add_cases(build / "results" / f"{test.name}.xml", counts, tree)
        if counts.failed > failed_before:
            continue
        if not reported or is_failed(test):
            counts.failed += 1
            say("failed", tree, test.name, "no case failed, but the test did" if reported else "it reports no cases")


def main() -> int:
    counts = Counts()
    builds = [pathlib.Path(build) for build in sys.argv[1:]]
    for build in builds:
        add_tree(build, counts, build.name if len(builds) > 1 else "")
    print(counts)
    return 0 if counts.failed == 0 and counts.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
