"""What the compiler takes, clang takes: programs of the corpus with parts exchanged at random."""

from __future__ import annotations

import aiobpf
import pytest
from support import Case, load_corpus
from test_mutations import mutants

#: What only clang finds, and is told in Python's terms.
OURS = ("its variables take more than the 512 bytes", "a struct of the kernel is used as a whole")


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("case", load_corpus(), ids=lambda case: case.name)
def test_what_is_not_refused_is_c(case: Case, request: pytest.FixtureRequest) -> None:
    for text, program in mutants(case, request.config.getoption("--seed"), 8):
        try:
            aiobpf.compile(program)
        except aiobpf.CompileError as error:
            assert not error.msg.startswith("clang") or error.msg.startswith(OURS), f"{error}\n{text}"
