"""The exceptions, and what they say."""

import errno
import os
import pathlib
import pickle
import resource

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
        (aiobpf.BpfFileError, OSError),
        (aiobpf.BpfFileNotFoundError, FileNotFoundError),
        (aiobpf.BpfIsADirectoryError, IsADirectoryError),
        (aiobpf.BpfNotADirectoryError, NotADirectoryError),
        (aiobpf.BpfFilePermissionError, PermissionError),
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


def test_a_missing_file_is_a_file_not_found_error(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "missing.bpf.o"
    with pytest.raises(FileNotFoundError) as raised:
        aiobpf.load(path)
    error = raised.value
    assert isinstance(error, aiobpf.BpfFileNotFoundError)
    assert isinstance(error, aiobpf.BpfLoadError)
    assert (error.errno, error.strerror, error.filename) == (2, "No such file or directory", str(path))
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is aiobpf.BpfFileNotFoundError
    assert (str(again), again.errno, again.strerror, again.filename) == (str(error), 2, error.strerror, str(path))


def test_what_else_is_wrong_with_a_path_is_what_open_would_raise(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path in (tmp_path, tmp_path / "file" / "below", tmp_path / "loop", tmp_path / ("x" * 300)):
        with pytest.raises(OSError) as python:
            open(path)
        with pytest.raises(type(python.value)) as ours:
            aiobpf.open(path)
        assert isinstance(ours.value, aiobpf.BpfFileError)
        assert ours.value.errno == python.value.errno


def test_a_file_that_is_no_object_is_no_os_error(tmp_path: pathlib.Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(aiobpf.BpfLoadError) as raised:
        aiobpf.open(tmp_path / "empty")
    assert not isinstance(raised.value, OSError)
    assert raised.value.errno == 0


@pytest.mark.kernel
def test_running_out_of_descriptors_while_loading_names_the_limit(objects: pathlib.Path) -> None:
    file = aiobpf.open(objects / "emit.bpf.o")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.close(next_one := os.dup(0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_one, hard))
    try:
        with pytest.raises(aiobpf.BpfSyscallError, match="ulimit -n") as raised:
            file.load()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert raised.value.errno == errno.EMFILE
    aiobpf.load(objects / "emit.bpf.o").close()


@pytest.mark.kernel
def test_what_this_kernel_cannot_do_is_unsupported(objects: pathlib.Path) -> None:
    with pytest.raises(aiobpf.BpfUnsupportedError, match=r"load unsupported\.bpf\.o") as raised:
        aiobpf.load(objects / "unsupported.bpf.o")
    assert "get_info" in str(raised.value.libbpf_log)
