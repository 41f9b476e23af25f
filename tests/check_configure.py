"""What configuring asks of a machine, and what each preset builds."""

from __future__ import annotations

import json
import pathlib
import shutil
import subprocess
import sys

import pytest
from build_tree import ROOT, cached, run

DEVELOPERS_TOOLS = {"ccache", "clang-format-14", "clang-14", "clang", "python3"}


def configure(
    build: pathlib.Path, preset: str, *options: str, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    return run(
        cached("CMAKE_COMMAND"), "--preset", preset, "-B", build, *options,
        cwd=ROOT, env={"PATH": path} if path else {},
    )  # fmt: skip


def compilations(build: pathlib.Path) -> dict[str, str]:
    """What is compiled of the project, and how, by the file's path in it."""
    commands = json.loads((build / "compile_commands.json").read_text())
    return {
        one["file"].removeprefix(f"{ROOT}/"): one["command"] for one in commands if one["file"].startswith(f"{ROOT}/")
    }


@pytest.fixture
def bare_machine(tmp_path: pathlib.Path) -> str:
    """A PATH with the commands of /usr/bin, without those that only developers have."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in pathlib.Path("/usr/bin").iterdir():
        if program.name not in DEVELOPERS_TOOLS:
            (folder / program.name).symlink_to(program)
    return str(folder)


def test_the_library_alone_needs_no_developers_tools(tmp_path: pathlib.Path, bare_machine: str) -> None:
    build = tmp_path / "build"
    # CMake would look into /usr/bin as well.
    done = configure(build, "library", "-DCMAKE_IGNORE_PATH=/usr/bin;/bin", path=bare_machine)
    assert done.returncode == 0, done.stdout
    compiled = compilations(build)
    assert compiled and all(file.startswith("src/") for file in compiled)
    assert "ccache" not in (build / "CMakeFiles" / "rules.ninja").read_text()


def test_the_preset_run_builds_the_module_and_no_tests(tmp_path: pathlib.Path) -> None:
    done = configure(tmp_path, "run", f"-DPython_EXECUTABLE={sys.executable}")
    assert done.returncode == 0, done.stdout
    assert {file.split("/")[0] for file in compilations(tmp_path)} == {"src", "python", "examples"}


@pytest.mark.parametrize(("preset", "strict"), [("library", False), ("run", False), ("dev", True)])
def test_warnings_are_errors_for_developers_only(tmp_path: pathlib.Path, preset: str, strict: bool) -> None:
    done = configure(tmp_path, preset, f"-DPython_EXECUTABLE={sys.executable}")
    assert done.returncode == 0, done.stdout
    assert {"-Werror" in command for command in compilations(tmp_path).values()} == {strict}
    ninja = (tmp_path / "build.ninja").read_text()
    assert ("-Wall -Werror" in ninja) == strict  # BPF objects, too


def test_ccache_is_used_where_it_is_found(tmp_path: pathlib.Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "ccache").write_text('#!/bin/sh\nexec "$@"\n')
    (tools / "ccache").chmod(0o755)
    build = tmp_path / "build"
    done = configure(build, "library", f"-DCMAKE_PROGRAM_PATH={tools}")
    assert done.returncode == 0, done.stdout
    assert f"{tools}/ccache" in (build / "CMakeFiles" / "rules.ninja").read_text()


def other_pythons() -> list[str]:
    """CPythons for which Debian has no Boost.Python, as far as this machine has any."""
    ours = f"python3.{sys.version_info.minor}"
    names = [f"python3.{minor}" for minor in range(11, 20)]
    found = {name: shutil.which(name) for name in names}
    for name in names:
        for path in sorted(pathlib.Path.home().glob(f".pyenv/versions/*/bin/{name}")):
            found[name] = str(path)
    return [path for name, path in found.items() if path and name != ours]


@pytest.mark.parametrize("python", other_pythons())
def test_another_interpreter_is_not_given_this_ones_boost_python(tmp_path: pathlib.Path, python: str) -> None:
    refused = configure(tmp_path, "run", f"-DPython_EXECUTABLE={python}")
    assert refused.returncode != 0
    text = " ".join(refused.stdout.split())
    assert f"Boost has no {pathlib.Path(python).name.replace('.', '')} here" in text
    assert "set AIOBPF_BOOST_PYTHON_SOURCE to the folder libs/python/src of Boost's sources" in text


def test_without_boost_python_one_sentence_says_what_to_do(tmp_path: pathlib.Path) -> None:
    # As on a machine that has none: its CMake package is not found.
    refused = configure(
        tmp_path, "run", f"-DPython_EXECUTABLE={sys.executable}", "-DCMAKE_DISABLE_FIND_PACKAGE_boost_python=ON"
    )
    assert refused.returncode != 0
    text = " ".join(refused.stdout.split())
    assert f"Boost has no python3{sys.version_info.minor} here" in text
    assert "AIOBPF_BOOST_PYTHON_SOURCE" in text


@pytest.fixture
def boost_python_source(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder that looks like libs/python/src."""
    folder = tmp_path / "src"
    for name in ("module.cpp", "converter/registry.cpp", "object/class.cpp", "numpy/numpy.cpp"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_boost_python_is_compiled_into_the_module_from_its_sources(
    tmp_path: pathlib.Path, boost_python_source: pathlib.Path
) -> None:
    build = tmp_path / "build"
    done = configure(
        build, "run", f"-DPython_EXECUTABLE={sys.executable}", "-DCMAKE_DISABLE_FIND_PACKAGE_boost_python=ON",
        f"-DAIOBPF_BOOST_PYTHON_SOURCE={boost_python_source}",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    commands = json.loads((build / "compile_commands.json").read_text())
    compiled = {one["file"]: one["command"] for one in commands if one["file"].startswith(str(boost_python_source))}
    assert sorted(pathlib.Path(file).name for file in compiled) == ["class.cpp", "module.cpp", "registry.cpp"]
    for command in compiled.values():
        assert {"-fPIC", "-fvisibility=hidden", "-DBOOST_PYTHON_SOURCE"} <= set(command.split())
    module = next(one["command"] for one in commands if one["file"].endswith("module/module.cpp"))
    assert "-DBOOST_PYTHON_STATIC_LIB" in module and "-DBOOST_PYTHON_SOURCE" not in module
    link = (build / "build.ninja").read_text()
    assert "libaiobpf_boost_python.a" in link and "libboost_python" not in link


def test_a_folder_without_boost_pythons_sources_is_refused(tmp_path: pathlib.Path) -> None:
    refused = configure(
        tmp_path, "run", f"-DPython_EXECUTABLE={sys.executable}", f"-DAIOBPF_BOOST_PYTHON_SOURCE={ROOT}"
    )
    assert refused.returncode != 0
    assert "is not libs/python/src of Boost's sources" in " ".join(refused.stdout.split())
