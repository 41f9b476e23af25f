"""The code in README.md, CONTRIBUTING.md and docs/*.md is what it says: every block is compiled, run or looked up.

A block whose first line is a comment with a file name is that file. Blocks without a language are pictures.
"""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import aiobpf
import pytest
from build_tree import BUILD, ROOT, cached, succeed

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"^(?://|#) ([\w.]+)\b")
SUFFIXES = {"c": ".bpf.c", "cpp": ".cpp", "python": ".py", "cmake": ".cmake", "sh": ".sh"}
PACKAGES = pathlib.Path(aiobpf.__file__).absolute().parents[1]  # of the build tree, whose files are links
PATIENCE = 60  # seconds until a program has reported an event

pytestmark = pytest.mark.timeout(500)  # the library is built


@dataclasses.dataclass
class Block:
    document: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def name(self) -> str:
        named = NAMED.match(self.text)
        return named[1] if named and "." in named[1] else f"line{self.line}{SUFFIXES[self.language]}"

    def write(self, folder: pathlib.Path) -> pathlib.Path:
        path = folder / self.name
        path.write_text(self.text)
        return path


def blocks(*languages: str) -> list[Block]:
    found = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(document.name, line, match[1], match[2]))
    return [block for block in found if not languages or block.language in languages]


def each(*languages: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", blocks(*languages), ids=str)


def test_every_block_is_in_a_language_that_is_tested() -> None:
    assert {block.language for block in blocks()} <= {"", *SUFFIXES}
    assert {"c", "cpp", "python", "cmake", "sh"} <= {
        block.language for block in blocks() if block.document == "README.md"
    }


@each("cpp")
def test_cpp_is_a_whole_program_without_a_warning(block: Block, tmp_path: pathlib.Path) -> None:
    succeed(
        cached("CMAKE_CXX_COMPILER"), "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
        f"-I{ROOT / 'include'}", block.write(tmp_path),
    )  # fmt: skip


@each("c")
def test_a_bpf_program_compiles_without_a_warning(block: Block, tmp_path: pathlib.Path) -> None:
    triple = succeed("gcc", "-dumpmachine").strip()
    succeed(
        cached("AIOBPF_CLANG"), "-g", "-O2", "-Wall", "-Werror", "-target", "bpf", f"-I{aiobpf.get_include()}",
        "-idirafter", f"/usr/include/{triple}", "-c", block.write(tmp_path), "-o", tmp_path / "object",
    )  # fmt: skip


@each("python")
def test_python_is_strictly_typed(block: Block, tmp_path: pathlib.Path) -> None:
    succeed(
        sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", block.write(tmp_path),
        cwd=tmp_path, env={"MYPYPATH": str(ROOT / "python")},
    )  # fmt: skip


def command_lines() -> Iterator[tuple[Block, str]]:
    for block in blocks("sh"):
        for line in block.text.replace("\\\n", " ").splitlines():
            if command := re.sub(r"(^|\s+)#.*", "", line).strip():
                yield block, command


def options_of(command: str) -> list[str]:
    return re.findall(r"(?<=\s)--[a-z-]+", command)


def check_script(command: str) -> None:
    """Not run: it would run this test. It is there, and knows its options."""
    script = ROOT / command.split()[0]
    assert os.access(script, os.X_OK)
    for option in options_of(command):
        assert option in script.read_text(), option


def check_preset(command: str) -> None:
    kinds = {"cmake --workflow": "workflowPresets", "cmake --build": "buildPresets", "ctest": "testPresets"}
    kind = next(kind for start, kind in kinds.items() if command.startswith(start))
    presets = json.loads((ROOT / "CMakePresets.json").read_text())[kind]
    wanted = re.search(r"--preset (\w+)", command)
    assert wanted and wanted[1] in {preset["name"] for preset in presets}
    if chosen := re.search(r"(-[LR]) '?([\w^$]+)", command):
        listed = succeed(cached("CMAKE_CTEST_COMMAND"), "-N", chosen[1], chosen[2], cwd=BUILD)
        assert "Total Tests: 0" not in listed


def check_pytest(command: str) -> None:
    """Its tests are there."""
    words = command.split()
    arguments = words[words.index("pytest") + 1 :]
    environment = {"PYTHONPATH": str(PACKAGES)}
    succeed(sys.executable, "-m", "pytest", "--collect-only", "-q", *arguments, cwd=ROOT, env=environment)


#: How each command of a document begins, and what is done with it: None is run by the tests below.
COMMANDS: dict[str, Callable[[str], None] | None] = {
    "./scripts/": check_script,
    ".ci/run": check_script,
    "cmake --workflow": check_preset,
    "cmake --build --preset dev": check_preset,
    "ctest --preset": check_preset,
    "PYTHONPATH=build/dev/python .venv/bin/python -m pytest": check_pytest,
    "clang-14": None,
    "cmake --preset library": None,
}


@pytest.mark.parametrize(("block", "command"), list(command_lines()), ids=str)
def test_a_command_is_one_that_works(block: Block, command: str) -> None:
    known = [check for start, check in COMMANDS.items() if command.startswith(start)]
    assert known, f"{block}: no test knows this command"
    if known[0] is not None:
        known[0](command)


def in_readme(language: str, start: str = "") -> Block:
    (found,) = [b for b in blocks(language) if b.document == "README.md" and b.text.startswith(start)]
    return found


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with the README's BPF program, compiled by the README's command."""
    folder = tmp_path_factory.mktemp("compiled")
    in_readme("c").write(folder)
    path = f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
    succeed("sh", "-ec", in_readme("sh", "clang").text, cwd=folder, env={"PATH": path, "PYTHONPATH": str(PACKAGES)})
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Where the README's commands install the library, below another root."""
    root = tmp_path_factory.mktemp("root")
    succeed("sh", "-ec", in_readme("sh", "cmake").text, cwd=ROOT, env={"DESTDIR": str(root)}, timeout=480)
    return root / "usr" / "local"


@pytest.fixture
def needs_kernel() -> None:
    if missing := aiobpf.missing_requirements():
        refuse = pytest.fail if os.environ.get("AIOBPF_REQUIRE_KERNEL") == "1" else pytest.skip
        refuse("; ".join(missing))


def reports_executions(command: list[str], folder: pathlib.Path) -> bool:
    """Whether it prints the executions of a program that is run again and again while it starts."""
    program = folder / "a-program"
    shutil.copy("/bin/true", program)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(PACKAGES)}
    watching = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, env=environment)
    assert watching.stdout is not None
    output, deadline = b"", time.monotonic() + PATIENCE
    try:
        while watching.poll() is None and time.monotonic() < deadline:
            subprocess.run([program], check=True)
            if select.select([watching.stdout], [], [], 0.1)[0]:
                output += os.read(watching.stdout.fileno(), 1 << 16)
                if str(program).encode() in output:
                    return True
        return False
    finally:
        watching.kill()
        watching.communicate()


@pytest.mark.usefixtures("needs_kernel")
def test_the_readmes_python_program_prints_executions(compiled: pathlib.Path) -> None:
    program = in_readme("python", "# exec_watch.py").write(compiled)
    assert reports_executions([sys.executable, str(program)], compiled)


@pytest.mark.usefixtures("needs_kernel")
def test_the_readmes_cpp_project_is_built_and_prints_executions(
    installed: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    for block in in_readme("cpp"), in_readme("c"), in_readme("cmake"):
        block.write(tmp_path)
    build = tmp_path / "build"
    succeed("cmake", "-S", tmp_path, "-B", build, f"-DCMAKE_PREFIX_PATH={installed}", env={"CXXFLAGS": "-Wall -Werror"})
    succeed("cmake", "--build", build)
    assert reports_executions([str(build / "watch")], build)
