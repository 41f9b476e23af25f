"""What type checkers and linters see: the package's types hold, its stubs are complete."""

import ast
import pathlib
import subprocess
import sys

from aiobpf import _aiobpf

HERE = pathlib.Path(__file__).parent
REPOSITORY = HERE.parents[1]
PACKAGE = REPOSITORY / "python" / "aiobpf"


def check(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=REPOSITORY,
        env={"MYPYPATH": str(PACKAGE.parent), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_and_a_program_that_uses_it_are_strictly_typed(tmp_path: pathlib.Path) -> None:
    check("mypy", "--strict", "--cache-dir", str(tmp_path), str(PACKAGE), str(HERE / "typed_program.py"))


def test_the_linter_has_nothing_to_say() -> None:
    check("ruff", "check", "--no-cache", str(PACKAGE), str(HERE))


def declared(body: list[ast.stmt]) -> dict[str, ast.stmt]:
    named: dict[str, ast.stmt] = {}
    for one in body:
        if isinstance(one, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            named[one.name] = one
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            named[one.target.id] = one
    return named


def public(names: list[str]) -> set[str]:
    return {name for name in names if not name.startswith("_")}


def test_the_stubs_name_all_that_the_module_has_and_nothing_else() -> None:
    stubs = declared(ast.parse((PACKAGE / "_aiobpf.pyi").read_text()).body)
    assert public(list(stubs)) == public(dir(_aiobpf))
    awaitable = {"send", "throw", "close"}  # the typing of an AsyncIterator says it in other words
    for name, stub in stubs.items():
        if isinstance(stub, ast.ClassDef):
            there = public(list(vars(getattr(_aiobpf, name))))
            assert public(list(declared(stub.body))) == there - awaitable, name
