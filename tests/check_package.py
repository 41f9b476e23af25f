"""Installs the build tree into a folder of its own and builds tests/package against it."""

from __future__ import annotations

import pathlib
import subprocess

import pytest
from build_tree import BUILD, ROOT, cached, run, succeed

CONSUMER = ROOT / "tests" / "package"


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("prefix")
    succeed(cached("CMAKE_COMMAND"), "--install", BUILD, "--prefix", folder)
    return folder


def configure(build: pathlib.Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(
        cached("CMAKE_COMMAND"), "-G", "Ninja", "-S", CONSUMER, "-B", build,
        f"-DCMAKE_CXX_COMPILER={cached('CMAKE_CXX_COMPILER')}", "-DCMAKE_BUILD_TYPE=Debug", *options,
    )  # fmt: skip


def test_a_consumer_is_built_and_reads_a_batch(prefix: pathlib.Path, tmp_path: pathlib.Path) -> None:
    configured = configure(tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}")
    assert configured.returncode == 0, configured.stdout
    succeed(cached("CMAKE_COMMAND"), "--build", tmp_path)
    assert succeed(tmp_path / "consumer") == "3 records, 8 bytes each\n"


@pytest.mark.timeout(400)  # the library is built
@pytest.mark.parametrize("way", ["subdirectory", "fetch"])
def test_a_project_that_contains_the_library_is_built_and_installs_nothing_of_it(
    way: str, tmp_path: pathlib.Path
) -> None:
    launcher = cached("AIOBPF_CCACHE").removesuffix("AIOBPF_CCACHE-NOTFOUND")
    build = tmp_path / "build"
    configured = configure(
        build, f"-DAIOBPF_FROM={way}", f"-DAIOBPF_SOURCE={ROOT}", f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}",
        "-DCMAKE_BUILD_TYPE=",
    )  # fmt: skip
    assert configured.returncode == 0, configured.stdout
    succeed(cached("CMAKE_COMMAND"), "--build", build, timeout=380)
    assert succeed(build / "consumer") == "3 records, 8 bytes each\n"

    succeed(cached("CMAKE_COMMAND"), "--install", build, "--prefix", tmp_path / "prefix")
    installed = [path for path in (tmp_path / "prefix").rglob("*") if path.is_file()]
    assert [path.name for path in installed] == ["consumer"]


def test_a_project_that_contains_the_library_may_install_it(tmp_path: pathlib.Path) -> None:
    configured = configure(tmp_path, "-DAIOBPF_FROM=subdirectory", f"-DAIOBPF_SOURCE={ROOT}", "-DAIOBPF_INSTALL=ON")
    assert configured.returncode == 0, configured.stdout
    assert "aiobpf-targets.cmake" in (tmp_path / "aiobpf" / "cmake_install.cmake").read_text()


def test_another_version_is_refused(prefix: pathlib.Path, tmp_path: pathlib.Path) -> None:
    configured = configure(tmp_path, f"-DCMAKE_PREFIX_PATH={prefix}", "-DWANTED_VERSION=9.0")
    assert configured.returncode != 0
    assert "9.0" in configured.stdout


def test_every_public_header_is_installed(prefix: pathlib.Path) -> None:
    wanted = {path.relative_to(ROOT / "include") for path in (ROOT / "include").rglob("*.hpp")}
    there = prefix / "include"
    assert {path.relative_to(there) for path in there.rglob("*.hpp")} == wanted


def test_the_package_names_no_folder_of_this_build(prefix: pathlib.Path) -> None:
    for path in prefix.rglob("*.cmake"):
        text = path.read_text(encoding="utf-8")
        assert str(BUILD) not in text and f"{ROOT}/" not in text, path.name
