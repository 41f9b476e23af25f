"""Real objects of clang's that are refused: the message names what, and says what to do."""

import pathlib

import aiobpf
import pytest


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("static_program", "'hidden' is static .*leave `static` out"),
        ("legacy_maps", r'define its maps in SEC\("\.maps"\)'),
        ("unresolved", "nobody_defines_this"),
        ("big_endian", "compile it with clang -target bpfel"),
    ],
)
def test_an_object_that_is_not_opened_says_why(objects: pathlib.Path, name: str, says: str) -> None:
    with pytest.raises(aiobpf.BpfLoadError, match=says):
        aiobpf.open(objects / "progs/refused" / f"{name}.bpf.o")


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no_kernel_has", "its extern 'no_kernel_has_this' is not there"),
        ("map_attributes", r"map 'without_entries': .*max_entries is 0: set_max_entries\(\)"),
        ("stacks", r"map 'stacks': .*value_size is 0.*set_value_size\(\)"),
    ],
)
def test_an_object_that_is_not_loaded_says_why(objects: pathlib.Path, name: str, says: str) -> None:
    with pytest.raises(aiobpf.BpfLoadError, match=says):
        aiobpf.load(objects / "progs/refused" / f"{name}.bpf.o")


@pytest.mark.kernel
def test_the_verifiers_refusal_names_the_program(objects: pathlib.Path) -> None:
    with pytest.raises(aiobpf.BpfVerifierError, match="program 'unchecked': the verifier refused it"):
        aiobpf.load(objects / "rejected.bpf.o")
