#!/usr/bin/env python3
"""Runs the cases of support/runner_subject.cpp and checks what support/main.cpp makes of them.

check_runner.py <path of the program>
"""

import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "support"))
import cases  # noqa: E402

PROGRAM = sys.argv[1]
CASES = 7  # in the program


class Runner(unittest.TestCase):
    def run_cases(self, names: str) -> tuple[int, int, int, str]:
        """Exit code, passed, failed, stderr. Boost.Test counts cases that were not chosen as skipped."""
        done = subprocess.run([PROGRAM, f"--run_test={names}"], capture_output=True, text=True, timeout=60, check=False)
        counts = re.findall(r"^cases: (\d+) passed, (\d+) failed, (\d+) skipped$", done.stdout, re.MULTILINE)
        self.assertEqual(len(counts), 1, done.stdout)
        passed, failed, skipped = (int(count) for count in counts[0])
        self.assertEqual(passed + failed + skipped, CASES)
        return done.returncode, passed, failed, done.stderr

    def test_a_pass_is_success(self) -> None:
        self.assertEqual(self.run_cases("passes")[:3], (0, 1, 0))

    def test_a_warning_is_a_pass(self) -> None:
        self.assertEqual(self.run_cases("warns")[:3], (0, 1, 0))

    def test_a_failure_is_one(self) -> None:
        self.assertEqual(self.run_cases("passes,fails")[:3], (201, 1, 1))

    def test_an_exception_is_one_failure(self) -> None:
        self.assertEqual(self.run_cases("passes,throws")[:3], (201, 1, 1))

    def test_only_skips_are_no_success(self) -> None:
        self.assertEqual(self.run_cases("skips")[:3], (77, 0, 0))

    def test_a_skip_beside_a_pass_is_success(self) -> None:
        self.assertEqual(self.run_cases("passes,skips")[:3], (0, 1, 0))

    def test_a_leaked_descriptor_is_named_and_fails(self) -> None:
        code, passed, failed, errors = self.run_cases("leaks")
        self.assertEqual((code, passed, failed), (99, 1, 0))
        self.assertIn("/dev/null", errors)

    def test_a_leaked_descriptor_of_proc_is_named_too(self) -> None:
        code, _, _, errors = self.run_cases("leaks_of_proc")
        self.assertEqual(code, 99)
        self.assertIn("status", errors)

    def test_a_leak_among_skips_is_not_hidden(self) -> None:
        self.assertEqual(self.run_cases("leaks,skips")[0], 99)


if __name__ == "__main__":
    cases.run()
