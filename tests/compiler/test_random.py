"""Random expressions and statements do on the kernel what the reference says, in batches: one program has many."""

from __future__ import annotations

import linecache
import random
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiobpf
import pytest
import reference as r
from aiobpf import bpf
from aiobpf.bpf import i64
from generate import INTERESTING, Generator

BATCH = 25  # cases in one program: more would take the verifier longer than they save
INPUTS = 3  # each case is run with so many
VARIABLES = {f"v{name}": type_ for name, type_ in r.NAMES.items()}
LOCALS = ["x", "y", "z", "w"]  # z and w are annotated: they hold less than what they are given
RESULT = "x ^ y * 3 ^ z * 5 ^ w * 7"
#: The first variables are given to the functions, the others they read themselves: a call has five registers.
GIVEN = list(r.NAMES)[:4]


@bpf.struct
class Batch:
    inputs: i64[8]
    results: i64[BATCH]


@dataclass
class Case:
    """lines: of Python, which leave the result in batch.results[N]; wanted: for each of the inputs."""

    lines: list[str]
    wanted: list[int]


Make = Callable[[list[Case]], str]


def to_module(text: str, name: str) -> dict[str, Any]:
    """Runs a source that is in no file, as a notebook does."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    module = types.ModuleType("generated")
    module.__dict__.update({t: getattr(bpf, t) for t in r.NAMES}, bpf=bpf, Batch=Batch)
    exec(compile(text, name, "exec", dont_inherit=True), module.__dict__)
    return module.__dict__


def check(cases: list[Case], make: Make, inputs: list[list[int]]) -> None:
    """Runs all cases on all inputs; what is too much for the verifier in one program is halved."""
    try:
        obj = aiobpf.compile(to_module(make(cases), "<random>")["program"]).load()
    except aiobpf.BpfVerifierError as error:
        if "too large" not in str(error) or len(cases) == 1:
            raise
        for half in (cases[: len(cases) // 2], cases[len(cases) // 2 :]):
            check(half, make, inputs)
        return
    with obj:
        for i, values in enumerate(inputs):
            batch = Batch()
            batch.inputs[:] = [r.wrap(v, r.I64) for v in values]
            obj.program("program").run(batch)
            for case, got in zip(cases, batch.results, strict=False):
                where = "\n".join(case.lines) + f"\nwith {dict(zip(r.NAMES, values, strict=True))}"
                assert got == r.wrap(case.wanted[i], r.I64), where


def some_inputs(generator: random.Random) -> list[list[int]]:
    def one() -> int:
        return generator.choice(INTERESTING) if generator.random() < 0.7 else generator.getrandbits(63)

    return [[one() for _ in r.NAMES] for _ in range(INPUTS)]


def environment(values: list[int]) -> r.Env:
    return {f"v{name}": r.wrap(value, type_) for (name, type_), value in zip(r.NAMES.items(), values, strict=True)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "number" in metafunc.fixturenames:
        count = metafunc.config.getoption("--random-cases") // 2 // BATCH
        first = metafunc.config.getoption("--seed") * 10_000
        metafunc.parametrize("number", range(first, first + count))


def program_begins() -> list[str]:
    # The inputs are used out of a global: clang may make one access of two to the context, which the verifier refuses.
    return ['@bpf.program("syscall")', "def program(batch: Batch) -> None:"] + [
        f"    given[{i}] = batch.inputs[{i}]" for i in range(len(r.NAMES))
    ]


def expressions_program(cases: list[Case]) -> str:
    lines = ["given = bpf.Global(i64[8])", *program_begins()]
    lines += [f"    v{t}: {t} = given[{i}]" for i, t in enumerate(r.NAMES)]
    for i, case in enumerate(cases):
        lines += [f"    {line}".replace("[N]", f"[{i}]") for line in case.lines]
    return "\n".join(lines) + "\n"


@pytest.mark.kernel
def test_expressions(number: int) -> None:
    generator = Generator(number, VARIABLES)
    inputs = some_inputs(generator.random)
    cases = []
    for _ in range(BATCH):
        made = generator.expression(generator.random.randint(1, 4))
        made = made if made.literal() is None else generator.variable()
        wanted = [made.value(VARIABLES, environment(values)) for values in inputs]
        cases.append(Case([f"batch.results[N] = {made.text()}"], wanted))
    check(cases, expressions_program, inputs)


def statements_program(cases: list[Case]) -> str:
    given = ", ".join(f"v{t}" for t in GIVEN)
    typed = ", ".join(f"v{t}: {t}" for t in GIVEN)
    lines, calls = ["given = bpf.Global(i64[8])"], []
    for i, case in enumerate(cases):
        lines += ["@bpf.function", f"def case{i}({typed}, batch: Batch) -> None:"]
        lines += [f"    v{t}: {t} = given[{k}]" for k, t in enumerate(r.NAMES) if t not in GIVEN]
        lines += [f"    {line}".replace("[N]", f"[{i}]") for line in case.lines]
        calls.append(f"    case{i}({given}, batch)")
    lines += program_begins()
    lines += [f"    v{t}: {t} = given[{i}]" for i, t in enumerate(r.NAMES) if t in GIVEN]
    return "\n".join(lines + calls) + "\n"


def combined() -> r.Node:
    """RESULT."""
    result: r.Node = r.Var("x")
    for name, factor in zip("yzw", (3, 5, 7), strict=True):
        result = r.Binary("^", result, r.Binary("*", r.Var(name), r.Const(factor)))
    return result


@pytest.mark.kernel
def test_statements(number: int) -> None:
    generator = Generator(number, VARIABLES)
    inputs = some_inputs(generator.random)
    annotated = {name: generator.random.choice(sorted(r.NAMES)) for name in "zw"}
    known = VARIABLES | {name: r.NAMES[type_] for name, type_ in annotated.items()}
    generator.variables |= dict.fromkeys(LOCALS, r.I64)
    cases = []
    for _ in range(BATCH):
        begin: list[r.Statement] = [r.Assign("x", r.Var("vi64")), r.Assign("y", r.Var("vu32"))]
        block = r.Block([*begin, *generator.block(2, LOCALS).statements])
        found = r.infer(block, known)
        wanted = []
        for values in inputs:
            env = environment(values)
            env |= {name: r.wrap(env["vi16"], r.NAMES[type_]) for name, type_ in annotated.items()}
            block.run(found, env)
            wanted.append(combined().value(found, env))
        lines = [f"{name}: {type_} = vi16" for name, type_ in annotated.items()]
        cases.append(Case([*lines, *block.lines(), f"batch.results[N] = {RESULT}"], wanted))
    check(cases, statements_program, inputs)
