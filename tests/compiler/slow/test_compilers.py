"""The same programs through every clang that is here: 14, 19, and that of the ziglang wheel."""

from __future__ import annotations

import importlib.util
import shutil

import aiobpf
import pytest
from aiobpf.compiler import build
from support import check_on_kernel, load_corpus

COMPILERS = [
    pytest.param(name, marks=pytest.mark.skipif(not there, reason=f"{name} is not installed"))
    for name, there in (
        ("clang-14", shutil.which("clang-14")),
        ("clang-19", shutil.which("clang-19")),
        ("ziglang", importlib.util.find_spec("ziglang")),
    )
]


@pytest.mark.kernel
@pytest.mark.timeout(600)
@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_corpus_does_what_it_should(compiler: str, subtests: pytest.Subtests) -> None:
    for case in load_corpus():
        if not case.loads:
            build.to_object(case.function, compiler=compiler)
            continue
        with subtests.test(case.name), aiobpf.load(build.to_object(case.function, compiler=compiler)) as obj:
            check_on_kernel(case, obj)
