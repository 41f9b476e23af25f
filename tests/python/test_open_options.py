"""What an object is opened with, beside itself."""

import ctypes
import pathlib

import aiobpf
import pytest

pytestmark = pytest.mark.kernel


def offset_of_tgid(objects: pathlib.Path, kernel_btf: str | pathlib.Path = "") -> int:
    with aiobpf.load(objects / "field_offset.bpf.o", kernel_btf=kernel_btf) as obj:
        return obj.program("offset_of_tgid").run()


def test_fields_are_where_the_given_btf_says(objects: pathlib.Path) -> None:
    here = offset_of_tgid(objects)
    assert 0 < here != 4096
    assert offset_of_tgid(objects, objects / "other_kernel.bpf.o") == 4096
    assert offset_of_tgid(objects, "/sys/kernel/btf/vmlinux") == here


def test_btf_that_cannot_be_read_is_named(objects: pathlib.Path) -> None:
    with pytest.raises(aiobpf.BpfLoadError, match="/no/such/btf"):
        offset_of_tgid(objects, "/no/such/btf")


def test_a_token_is_taken_or_libbpf_is_said_to_be_too_old(objects: pathlib.Path, tmp_path: pathlib.Path) -> None:
    version = ctypes.CDLL("libbpf.so.1")
    is_old = version.libbpf_major_version() == 1 and version.libbpf_minor_version() < 5
    with pytest.raises(
        aiobpf.BpfUnsupportedError if is_old else aiobpf.BpfError, match=r"libbpf 1\.5" if is_old else ""
    ) as raised:
        aiobpf.load(objects / "field_offset.bpf.o", token=tmp_path)
    assert is_old or str(tmp_path) in str(raised.value.libbpf_log)
