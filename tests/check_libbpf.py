"""The libbpf that runs is the one that was built with: the preset newest-libbpf really tests the newest."""

from __future__ import annotations

import pathlib

import aiobpf
from build_tree import BUILD, cached


def libbpfs(maps: pathlib.Path) -> set[pathlib.Path]:
    """Those that a process has mapped."""
    paths = [line.split(maxsplit=5)[-1] for line in maps.read_text().splitlines()]
    return {pathlib.Path(path) for path in paths if pathlib.Path(path).name.startswith("libbpf.so")}


def test_the_module_loads_the_libbpf_that_it_was_built_with() -> None:
    assert pathlib.Path(aiobpf.__file__).parent == BUILD / "python" / "aiobpf"
    assert libbpfs(pathlib.Path("/proc/self/maps")) == {pathlib.Path(cached("BPF_LIBDIR"), "libbpf.so").resolve()}


def test_its_version_is_that_of_the_build() -> None:
    assert f"{cached('BPF_VERSION')}.".startswith(f"{aiobpf.libbpf_version()}.")
