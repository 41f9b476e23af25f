"""Runs unittest cases and prints the line that tests/support/main.cpp prints, which scripts/test adds up."""

import sys
import unittest


def run(module_name: str = "__main__") -> None:
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[module_name])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
    failed = len({case.id() for case, _ in result.failures + result.errors})
    skipped = len(result.skipped)
    print(f"cases: {result.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    sys.exit(0 if result.wasSuccessful() else 1)
