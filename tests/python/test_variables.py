"""Global variables, before an object is loaded and while its programs run."""

from __future__ import annotations

import gc
import pathlib
from collections.abc import Callable
from typing import Any

import aiobpf
import numpy
import pytest

pytestmark = pytest.mark.kernel


@pytest.fixture
def file(objects: pathlib.Path) -> aiobpf.BpfObjectFile:
    return aiobpf.open(objects / "maps.bpf.o")


def test_what_is_set_before_loading_is_what_a_program_begins_with(file: aiobpf.BpfObjectFile) -> None:
    assert file.rodata.target_pid == 7
    assert (file.rodata.origin.x, file.rodata.origin.y) == (3, -4)
    file.rodata.target_pid = 5
    file.rodata.origin = {"x": 10, "y": 20}
    file.data.step = 3
    file.data["word"] = "start"
    file.bss.counter = 100
    file.bss.histogram = range(8)
    file.set_rodata("target_pid", file.rodata.target_pid)
    with file.load() as obj:
        obj.program("count").run()
        assert obj.bss.counter == 115
        assert obj.bss.histogram == (0, 1, 2, 4, 4, 5, 6, 7)
        assert (obj.bss.where_it_is.x, obj.bss.where_it_is.y) == (11, 20)
        assert obj.bss.label == b"start"
        assert obj.bss.state.name == "LOST"
        assert obj.bss.ready is True
        assert obj.rodata.target_pid == 5


def test_what_is_set_while_it_runs_is_seen_at_once(file: aiobpf.BpfObjectFile) -> None:
    with file.load() as obj:
        assert obj.variables(".data.counters").extra == 11
        obj.data.step = -1
        for _ in range(3):
            obj.program("count").run()
        assert obj.bss.counter == 2**64 - 21
        obj.bss.counter = 0
        obj.bss.share = 0.5
        obj.bss.state = "BUSY"
        assert obj.bss.state == 5
        assert obj.bss.share == 0.5
        obj.program("count").run()
        assert obj.bss.counter == 2**64 - 7
        assert obj.variables(".data.counters").extra == 15


def test_constants_refuse_to_be_set_once_they_are_loaded(file: aiobpf.BpfObjectFile) -> None:
    with file.load() as obj:
        with pytest.raises(aiobpf.BpfError, match="'target_pid': it is constant once the object is loaded"):
            obj.rodata.target_pid = 1
        assert obj.rodata.target_pid == 7
        assert obj.rodata.view("target_pid").readonly


@pytest.mark.parametrize("loaded", [False, True])
def test_they_are_named(file: aiobpf.BpfObjectFile, loaded: bool) -> None:
    owner: aiobpf.BpfObjectFile | aiobpf.BpfObject = file.load() if loaded else file
    bss = owner.bss
    assert {"counter", "histogram", "label"} <= set(bss)
    assert "counter" in dir(bss)
    assert "counter" in bss
    assert "nothing" not in bss
    assert len(bss) == len(list(bss))
    assert "counter" in repr(bss)
    with pytest.raises(AttributeError, match="there are: .*counter"):
        bss.nothing  # noqa: B018
    with pytest.raises(AttributeError):
        bss.nothing = 1
    assert not hasattr(bss, "nothing")
    with pytest.raises(KeyError, match="no variable 'nothing'"):
        bss["nothing"]
    with pytest.raises(aiobpf.BpfNotFoundError, match=r"\.bss"):
        owner.variables(".none")
    if isinstance(owner, aiobpf.BpfObject):
        owner.close()


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("counter", -1, ValueError),
        ("counter", 2**64, ValueError),
        ("counter", "1", TypeError),
        ("histogram", [1], ValueError),
        ("label", "x" * 17, ValueError),
        ("where_it_is", {"z": 1}, ValueError),
    ],
)
@pytest.mark.parametrize("loaded", [False, True])
def test_what_does_not_fit_is_refused(
    file: aiobpf.BpfObjectFile, loaded: bool, name: str, value: Any, error: type[Exception]
) -> None:
    owner: aiobpf.BpfObjectFile | aiobpf.BpfObject = file.load() if loaded else file
    before = owner.bss[name]
    with pytest.raises(error, match=f"variable '{name}'"):
        owner.bss[name] = value
    assert owner.bss[name] == before
    if isinstance(owner, aiobpf.BpfObject):
        owner.close()


def test_views_outlive_their_object(file: aiobpf.BpfObjectFile) -> None:
    obj = file.load()
    obj.program("count").run()
    bss, view = obj.bss, obj.bss.view("counter")
    histogram = numpy.frombuffer(obj.bss.view("histogram"), "u8")
    obj.close()
    with pytest.raises(aiobpf.BpfClosedError):
        obj.bss  # noqa: B018
    del obj
    gc.collect()
    assert bss.counter == 2**64 - 14
    assert int.from_bytes(view, "little") == 2**64 - 14
    assert histogram.tolist() == [0, 0, 0, 1, 0, 0, 0, 0]
    histogram[0] = 9
    assert bss.histogram[0] == 9
    assert bss.view().nbytes > 64


def test_an_opened_objects_variables_end_when_it_is_loaded(file: aiobpf.BpfObjectFile) -> None:
    rodata = file.rodata
    with file.load():
        uses: list[Callable[[], Any]] = [
            lambda: rodata.target_pid,
            lambda: rodata.__setitem__("target_pid", 1),
            lambda: file.rodata.target_pid,
            lambda: file.bss,
        ]
        for use in uses:
            with pytest.raises(aiobpf.BpfClosedError, match="already loaded"):
                use()
