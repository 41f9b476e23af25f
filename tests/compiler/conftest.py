"""Fixtures: a cache of the tests' own; tests that need a kernel say why they are skipped."""

from __future__ import annotations

import ctypes
import os
import pathlib
from collections.abc import Iterator

import pytest
from aiobpf.compiler import clang, tracefs
from kernel_tests import pytest_runtest_setup, pytest_sessionfinish  # noqa: F401


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the compiler emits to golden/")
    parser.addoption(
        "--random-cases",
        type=int,
        default=int(os.environ.get("AIOBPF_RANDOM_CASES", "600")),
        help="how many random expressions and statements",
    )
    parser.addoption("--seed", type=int, default=20261125, help="of the random ones")


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pathlib.Path]:
    """Nothing that was compiled before is there."""
    folder = tmp_path_factory.mktemp("cache")
    before = os.environ.get("AIOBPF_CACHE_DIR")
    os.environ["AIOBPF_CACHE_DIR"] = str(folder)
    clang.find.cache_clear()
    yield folder
    del os.environ["AIOBPF_CACHE_DIR"]
    if before is not None:
        os.environ["AIOBPF_CACHE_DIR"] = before


def pytest_configure() -> None:
    mount_tracefs()


def mount_tracefs() -> None:
    """Where it is not mounted, in a mount namespace of this process's own."""
    new_namespace, private = 0x20000, 1 << 14 | 1 << 18  # CLONE_NEWNS; MS_REC | MS_PRIVATE
    libc = ctypes.CDLL(None, use_errno=True)
    if tracefs.folder() is not None or os.geteuid() != 0 or libc.unshare(new_namespace) != 0:
        return
    libc.mount(b"none", b"/", None, private, None)
    libc.mount(b"tracefs", b"/sys/kernel/tracing", b"tracefs", 0, None)
