"""Programs of the corpus with parts exchanged at random: each becomes C, or is a CompileError, and nothing else."""

from __future__ import annotations

import ast
import copy
import inspect
import linecache
import random
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import aiobpf
import pytest
from aiobpf.compiler import to_c
from support import Case, load_corpus

CASES = load_corpus()
MUTANTS = 6  # of each program


def mutate(tree: ast.Module, generator: random.Random) -> ast.Module:
    """Puts a copy of one expression, or statement, in the place of another."""
    made = copy.deepcopy(tree)
    kind: type[ast.AST] = ast.expr if generator.random() < 0.8 else ast.stmt
    function = made.body[0]
    assert isinstance(function, ast.FunctionDef)
    places = []
    for parent in (node for one in function.body for node in ast.walk(one)):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, kind):
                places.append((parent, field, None))
            elif isinstance(value, list):
                places += [(parent, field, i) for i, item in enumerate(value) if isinstance(item, kind)]
    if len(places) < 2:
        return made
    (parent, field, index), (other, other_field, other_index) = generator.sample(places, 2)
    source = getattr(other, other_field) if other_index is None else getattr(other, other_field)[other_index]
    if index is None:
        setattr(parent, field, copy.deepcopy(source))
    else:
        getattr(parent, field)[index] = copy.deepcopy(source)
    return made


def mutants(case: Case, seed: object, count: int) -> Iterator[tuple[str, Any]]:
    """Texts, and the programs that they are."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(case.function)))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    function.decorator_list = function.decorator_list[-1:]  # @bpf.program
    names = dict(vars(sys.modules[case.function.__module__]))
    generator = random.Random(f"{seed} {case.name}")
    for _ in range(count):
        try:
            text = ast.unparse(mutate(tree, generator)) + "\n"
            code = compile(text, "<mutant>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, TypeError):
            continue  # not Python
        linecache.cache["<mutant>"] = (len(text), None, text.splitlines(keepends=True), "<mutant>")
        exec(code, names)
        yield text, names[case.function.__name__]


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mutant_becomes_c_or_is_refused(case: Case, request: pytest.FixtureRequest) -> None:
    for text, program in mutants(case, request.config.getoption("--seed"), MUTANTS):
        try:
            to_c(program)
        except aiobpf.CompileError as error:
            assert error.file and error.line
        except Exception as error:
            pytest.fail(f"{error!r}\n{text}")
