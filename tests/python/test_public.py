"""What is public: names, docstrings, stubs."""

from __future__ import annotations

import ast
import importlib
import inspect
import pathlib
import re
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest

PACKAGE = pathlib.Path(__file__).parents[2] / "python" / "aiobpf"
#: Packages with an `__all__` of their own.
MODULES = [
    "aiobpf",
    "aiobpf.compiler",
    "aiobpf.compat.tinybpf",
    "aiobpf.compat.tinybpf_v0",
    "aiobpf.compat.pylibbpf",
]


def functions(module: Any = aiobpf) -> Iterator[tuple[str, Any]]:
    """Every public function and method, by name; one that a base of ours has is the base's."""
    seen: set[int] = set()
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isfunction(thing):
            yield name, thing
        if not inspect.isclass(thing) or issubclass(thing, Exception):
            continue
        for base in thing.__mro__:
            if not base.__module__.startswith("aiobpf"):
                continue
            for method, function in vars(base).items():
                if inspect.isfunction(function) and not method.startswith("_") and id(function) not in seen:
                    seen.add(id(function))
                    yield f"{base.__name__}.{method}", function


def is_use(line: str, name: str) -> bool:
    """A line of code that calls it."""
    return re.search(rf"(^|[\s.(`]){name}\(", line) is not None


@pytest.mark.parametrize("module", ["aiobpf", "aiobpf.compat.tinybpf", "aiobpf.compat.tinybpf_v0"])
def test_every_public_function_has_a_docstring_with_a_line_of_use(module: str) -> None:
    missing = [
        name
        for name, function in functions(importlib.import_module(module))
        if not any(is_use(line, name.rpartition(".")[2]) for line in (function.__doc__ or "").splitlines())
        and not is_use_of_iteration(function)
    ]
    assert missing == []


def is_use_of_iteration(function: Any) -> bool:
    """keys(), values() and items() are shown where the mapping is."""
    return function.__name__ in ("keys", "values", "items") and bool(function.__doc__)


@pytest.mark.parametrize("module", MODULES)
def test_every_name_of_all_is_there_once(module: str) -> None:
    imported = importlib.import_module(module)
    assert len(set(imported.__all__)) == len(imported.__all__)
    assert [name for name in imported.__all__ if not hasattr(imported, name)] == []


def test_all_is_what_the_package_imports_for_its_users() -> None:
    """Names that begin with an underscore and submodules apart, the package has no other name."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aiobpf"):
            imported |= {one.asname or one.name for one in node.names}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            imported |= {one.id for one in node.targets if isinstance(one, ast.Name)}
    public = {name for name in imported if not name.startswith("_")} | {"__version__"}
    assert public == set(aiobpf.__all__)


def test_what_is_imported_late_is_what_type_checkers_see() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    (block,) = (one for one in tree.body if isinstance(one, ast.If))
    seen = {(node.module, name.name) for node in block.body if isinstance(node, ast.ImportFrom) for name in node.names}
    assert seen == {(module, name) for module, names in aiobpf._LATE.items() for name in names}


def test_every_public_class_has_a_docstring() -> None:
    for name in aiobpf.__all__:
        thing = getattr(aiobpf, name)
        if inspect.isclass(thing):
            assert thing.__doc__ and not thing.__doc__.startswith(f"{name}("), name
