"""aiobpf.get_include(): where BPF programs find their header."""

import pathlib

import aiobpf

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def test_the_folder_holds_the_header_of_bpf_programs() -> None:
    header = pathlib.Path(aiobpf.get_include(), "aiobpf.bpf.h")
    assert header.read_bytes() == (REPOSITORY / "bpf" / "aiobpf.bpf.h").read_bytes()
