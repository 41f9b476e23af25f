#!/usr/bin/env python3
"""Installs the build tree into a folder of its own and builds tests/package against it.

check_package.py <cmake> <build folder> <C++ compiler>
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "support"))
import cases  # noqa: E402

CMAKE, BUILD, COMPILER = sys.argv[1:4]
LIMIT = 100  # seconds a command; the whole is some 10


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT,
        check=False,
    )


class Package(unittest.TestCase):
    folder: tempfile.TemporaryDirectory[str]
    prefix: pathlib.Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory(prefix="aiobpf-package-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.prefix = pathlib.Path(cls.folder.name, "prefix")
        installed = run(CMAKE, "--install", BUILD, "--prefix", cls.prefix)
        if installed.returncode != 0:
            raise AssertionError(installed.stdout)

    def configure(self, name: str, *options: str) -> tuple[pathlib.Path, subprocess.CompletedProcess[str]]:
        build = pathlib.Path(self.folder.name, name)
        done = run(
            CMAKE, "-G", "Ninja", "-S", HERE / "package", "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
            f"-DCMAKE_CXX_COMPILER={COMPILER}", "-DCMAKE_BUILD_TYPE=Debug", *options,
        )  # fmt: skip
        return build, done

    def test_a_consumer_is_built_and_reads_a_batch(self) -> None:
        build, configured = self.configure("consumer")
        self.assertEqual(configured.returncode, 0, configured.stdout)
        built = run(CMAKE, "--build", build)
        self.assertEqual(built.returncode, 0, built.stdout)
        ran = run(build / "consumer")
        self.assertEqual((ran.returncode, ran.stdout), (0, "3 records, 8 bytes each\n"))

    def test_another_version_is_refused(self) -> None:
        _, configured = self.configure("version", "-DWANTED_VERSION=9.0")
        self.assertNotEqual(configured.returncode, 0)
        self.assertIn("9.0", configured.stdout)

    def test_every_public_header_is_installed(self) -> None:
        include = HERE.parent / "include"
        wanted = {path.relative_to(include) for path in include.rglob("*.hpp")}
        there = self.prefix / "include"
        self.assertEqual({path.relative_to(there) for path in there.rglob("*.hpp")}, wanted)

    def test_the_package_names_no_folder_of_this_build(self) -> None:
        for path in self.prefix.rglob("*.cmake"):
            text = path.read_text(encoding="utf-8")
            for folder in (BUILD, str(HERE.parent) + "/"):
                self.assertNotIn(folder, text, path.name)


if __name__ == "__main__":
    cases.run()
