"""What an unprivileged process is told."""

import json
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import aiobpf
import pytest

NOBODY = 65534

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")


@pytest.fixture
def readable_object(objects: pathlib.Path) -> Iterator[pathlib.Path]:
    # tmp_path lies below a folder that only we may enter.
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        copy = pathlib.Path(shutil.copy(objects / "emit.bpf.o", folder))
        copy.chmod(0o644)
        yield copy


def as_nobody(report: Callable[[], Any]) -> Any:
    """What `report` returns in a child process without privilege."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            answer = report()
        except BaseException as error:
            answer = f"unexpected: {error!r}"
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(child, 0)
    return answer


def test_loading_is_refused_and_the_capability_is_named(readable_object: pathlib.Path) -> None:
    def load() -> dict[str, Any]:
        try:
            aiobpf.load(readable_object).close()
        except PermissionError as error:
            return {"class": type(error).__name__, "text": str(error), "errno": error.errno}
        return {}

    told = as_nobody(load)
    assert told["class"] == "BpfPermissionError"
    assert "CAP_BPF" in told["text"]
    assert told["errno"] in (1, 13)


def test_missing_requirements_name_the_capability() -> None:
    assert any("CAP_BPF" in sentence for sentence in as_nobody(aiobpf.missing_requirements))


def test_opening_needs_no_privilege(readable_object: pathlib.Path) -> None:
    assert "first" in as_nobody(lambda: aiobpf.open(readable_object).map_names())


def test_a_file_that_may_not_be_read_is_a_permission_error(readable_object: pathlib.Path) -> None:
    readable_object.chmod(0o600)

    def open_it() -> str:
        try:
            aiobpf.open(readable_object)
        except PermissionError as error:
            return str(error)
        return ""

    assert "emit.bpf.o" in as_nobody(open_it)


@pytest.mark.kernel
def test_nothing_is_missing_for_root() -> None:
    assert aiobpf.missing_requirements() == []
