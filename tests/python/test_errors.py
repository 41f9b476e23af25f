"""The exceptions, and what they say."""

import pathlib
import pickle

import aiobpf
import pytest


def test_a_missing_file_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(aiobpf.BpfLoadError, match=r"missing\.bpf\.o.*No such file") as raised:
        aiobpf.load(tmp_path / "missing.bpf.o")
    assert raised.value.errno == 2


def test_a_text_file_is_no_object(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "text.bpf.o"
    path.write_text("not an ELF file\n")
    with pytest.raises(aiobpf.BpfLoadError, match="not a BPF object"):
        aiobpf.open(path)


def test_a_directory_is_no_object(tmp_path: pathlib.Path) -> None:
    with pytest.raises(aiobpf.BpfLoadError, match="directory"):
        aiobpf.open(tmp_path)


@pytest.mark.kernel
def test_the_verifier_is_quoted_and_stderr_stays_clean(
    objects: pathlib.Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(aiobpf.BpfVerifierError) as raised:
        aiobpf.load(objects / "rejected.bpf.o")
    error = raised.value
    assert "map_value_or_null" in error.verifier_log
    assert "processed" in error.verifier_log
    assert str(error).splitlines()[0].startswith("load rejected.bpf.o")
    assert "invalid mem access 'map_value_or_null'" in str(error).splitlines()[-1]
    assert "BEGIN PROG LOAD LOG" in str(error.libbpf_log)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


@pytest.mark.parametrize(
    ("cls", "also"),
    [
        (aiobpf.BpfLoadError, aiobpf.BpfError),
        (aiobpf.BpfVerifierError, aiobpf.BpfLoadError),
        (aiobpf.BpfAttachError, aiobpf.BpfError),
        (aiobpf.BpfMapError, aiobpf.BpfError),
        (aiobpf.BpfNotFoundError, KeyError),
        (aiobpf.BpfPermissionError, PermissionError),
        (aiobpf.BpfSyscallError, OSError),
        (aiobpf.BtfValidationError, ValueError),
        (aiobpf.BpfClosedError, RuntimeError),
        (aiobpf.BpfBusyError, RuntimeError),
        (aiobpf.BpfUnsupportedError, NotImplementedError),
    ],
)
class TestEachError:
    def test_is_a_bpf_error_and_what_python_would_raise(
        self, cls: type[aiobpf.BpfError], also: type[Exception]
    ) -> None:
        assert issubclass(cls, aiobpf.BpfError)
        assert issubclass(cls, also)

    def test_carries_its_message_errno_and_log(self, cls: type[aiobpf.BpfError], also: type[Exception]) -> None:
        error = cls("load it: Operation not permitted", 1, "libbpf: no")
        assert (str(error), error.errno, error.libbpf_log) == ("load it: Operation not permitted", 1, "libbpf: no")
        bare = cls("only words")
        assert (str(bare), bare.errno, bare.libbpf_log) == ("only words", 0, None)

    def test_survives_pickling(self, cls: type[aiobpf.BpfError], also: type[Exception]) -> None:
        error = cls("load it", 13, "libbpf: no")
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is cls
        assert (str(again), again.errno, again.libbpf_log) == (str(error), 13, "libbpf: no")


def test_suggestions_survive_pickling() -> None:
    error = aiobpf.BtfValidationError("no such field", suggestions=("pid", "ppid"))
    assert pickle.loads(pickle.dumps(error)).suggestions == ("pid", "ppid")


def test_the_names_of_tinybpf_are_the_same_classes() -> None:
    for name in ("Error", "LoadError", "VerifierError", "AttachError", "MapError", "NotFoundError"):
        assert getattr(aiobpf, "BPF" + name) is getattr(aiobpf, "Bpf" + name)
    assert aiobpf.BPFPermissionError is aiobpf.BpfPermissionError
    assert aiobpf.BPFSyscallError is aiobpf.BpfSyscallError


def test_every_public_name_is_there() -> None:
    assert all(hasattr(aiobpf, name) for name in aiobpf.__all__)
