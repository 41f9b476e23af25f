"""What scripts/setup and scripts/steps.sh print: a line for each step, and all that a failed one said."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

import pytest
from build_tree import ROOT, run

NOISE = "Setting up something ..."


@pytest.fixture
def project(tmp_path: pathlib.Path) -> pathlib.Path:
    """The scripts, on a machine that lacks every package and whose apt-get is a fake that says much."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    commands = tmp_path / "bin"
    commands.mkdir()
    write(commands / "dpkg-query", "exit 1")
    write(commands / "apt-get", f'echo "$@" >> {tmp_path}/asked; for i in $(seq 400); do echo "{NOISE}"; done')
    write(commands / "id", "echo 0")
    return tmp_path


def write(path: pathlib.Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def setup(project: pathlib.Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{project / 'bin'}:{os.environ['PATH']}"
    return run(project / "scripts" / "setup", *arguments, env={"PATH": path})


def test_setup_prints_a_line_for_each_step(project: pathlib.Path) -> None:
    done = setup(project)
    assert done.returncode == 0
    first, second = done.stdout.splitlines()
    assert first == "setup: updating the list of Debian packages"
    assert second.startswith("setup: installing cmake ")
    assert NOISE in (project / "build" / "logs" / "apt-install.log").read_text()


def test_running_takes_no_tools_for_tests(project: pathlib.Path) -> None:
    assert setup(project, "run").returncode == 0
    asked = (project / "asked").read_text()
    assert "libbpf-dev" in asked
    for tool in ("libboost-test", "clang-format", "libclang-rt", "python3-venv", "ccache"):
        assert tool not in asked
    assert not (project / ".venv").exists()


def test_a_step_that_fails_shows_all_that_it_said(project: pathlib.Path) -> None:
    write(project / "bin" / "apt-get", f'echo "{NOISE}"; echo "E: no such package" >&2; exit 100')
    done = setup(project)
    assert done.returncode != 0
    assert done.stdout.splitlines() == [
        "setup: updating the list of Debian packages",
        NOISE,
        "E: no such package",
        "setup: failed: updating the list of Debian packages",
    ]


def test_without_root_setup_says_what_to_install(project: pathlib.Path) -> None:
    write(project / "bin" / "id", "echo 1000")
    done = setup(project)
    assert done.returncode == 1
    assert "run this as root, or: apt-get install cmake" in done.stdout
    assert not (project / "asked").exists()


def test_what_nobody_knows_is_a_usage_error(project: pathlib.Path) -> None:
    done = setup(project, "everything")
    assert (done.returncode, done.stdout) == (2, "usage: ./scripts/setup [run|develop]\n")


def test_python_packages_are_pinned_exactly() -> None:
    text = (ROOT / "scripts" / "setup").read_text()
    pins = text.partition("pypi_develop=(")[2].partition(")")[0].split()
    assert len(pins) > 5 and all("==" in pin and "*" not in pin for pin in pins)
