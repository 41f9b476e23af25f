"""For the conftest.py of each folder: tests marked `kernel` say why they are skipped, or fail where they must run."""

from __future__ import annotations

import os
from typing import Any

import aiobpf
import pytest

ALL_SKIPPED = 77  # what CTest shows as skipped


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("kernel") is None:
        return
    if missing := aiobpf.missing_requirements():
        refuse = pytest.fail if os.environ.get("AIOBPF_REQUIRE_KERNEL") == "1" else pytest.skip
        refuse("; ".join(missing))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or exitstatus != pytest.ExitCode.OK:
        return
    if not reporter.getreports("passed") and reporter.getreports("skipped"):
        session.exitstatus = ALL_SKIPPED
