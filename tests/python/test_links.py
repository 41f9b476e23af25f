"""What links do beyond attaching, and what is known of programs."""

import os
import pathlib
from collections.abc import Iterator

import aiobpf
import pytest
from attaching import Probed, load_only, mount, unmount

pytestmark = pytest.mark.kernel


@pytest.fixture
def bpffs(tmp_path: pathlib.Path) -> Iterator[pathlib.Path]:
    mount("bpf", str(tmp_path))
    yield tmp_path
    unmount(str(tmp_path))


def calls(obj: aiobpf.BpfObject) -> int:
    """How many system calls count_calls has seen since it was asked the last time."""
    counts = obj.maps["array"]
    seen = counts[bytes(4)]
    counts[bytes(4)] = bytes(8)
    assert isinstance(seen, bytes)
    return int.from_bytes(seen, "little")


class TestPins:
    def test_a_pinned_link_stays_attached(self, emitter: aiobpf.BpfObject, bpffs: pathlib.Path) -> None:
        path = bpffs / "link"
        link = emitter.program("count_calls").attach()
        assert link.pin_path is None
        link.pin(path)
        assert link.pin_path == str(path)
        link.detach()
        calls(emitter)
        assert calls(emitter) > 0
        with aiobpf.open_pinned_link(path) as again:
            assert again.info.type == "raw_tracepoint"
            assert again.info.target == "sys_enter"
            assert again.info.program == emitter.program("count_calls").info.id
            again.unpin()
            assert not path.exists()
        calls(emitter)
        assert calls(emitter) == 0

    def test_a_pin_outlives_the_object(self, objects: pathlib.Path, bpffs: pathlib.Path) -> None:
        with aiobpf.load(objects / "emit.bpf.o") as obj:
            obj.program("count_calls").attach().pin(bpffs / "link")
        with aiobpf.open_pinned_link(bpffs / "link") as link:
            assert link.is_attached
            assert link.info.id > 0
            link.unpin()

    def test_what_is_wrong_with_a_pin_is_named(
        self, emitter: aiobpf.BpfObject, bpffs: pathlib.Path, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        link = emitter.program("count_calls").attach()
        with pytest.raises(aiobpf.BpfError, match="mount -t bpf bpf /sys/fs/bpf"):
            link.pin(tmp_path_factory.mktemp("elsewhere") / "link")
        with pytest.raises(aiobpf.BpfError, match="it was not pinned here"):
            link.unpin()
        link.pin(bpffs / "link")
        with pytest.raises(aiobpf.BpfError, match="File exists"):
            link.pin(bpffs / "link")
        link.unpin(bpffs / "link")
        emitter.program("emit").pin(bpffs / "program")
        with pytest.raises(aiobpf.BpfError, match="not a link"):
            aiobpf.open_pinned_link(bpffs / "program")
        emitter.program("emit").unpin()
        link.detach()
        for use in (lambda: link.pin(bpffs / "late"), lambda: link.info, link.disconnect, link.open_iterator):
            with pytest.raises(aiobpf.BpfClosedError, match="detached"):
                use()

    def test_a_usdt_link_has_nothing_to_pin(self, objects: pathlib.Path, bpffs: pathlib.Path) -> None:
        with load_only(objects / "probes.bpf.o", "on_usdt") as obj:
            link = obj.program("on_usdt").attach_usdt(Probed(objects).path, "aiobpf", "probed")
            assert link.fd == -1
            with pytest.raises(aiobpf.BpfUnsupportedError, match="no link of this kind"):
                link.pin(bpffs / "link")


class TestUpdates:
    def test_a_tracepoints_link_keeps_its_program(self, emitter: aiobpf.BpfObject) -> None:
        program = emitter.program("count_calls")
        with program.attach() as link, pytest.raises(aiobpf.BpfUnsupportedError, match="keeps its program"):
            link.update(program)

    def test_what_was_closed_is_told_as_such(self, objects: pathlib.Path, emitter: aiobpf.BpfObject) -> None:
        with aiobpf.load(objects / "emit.bpf.o") as obj:
            program, table = obj.program("count_calls"), obj.maps["table"]
        with emitter.program("count_calls").attach() as link, pytest.raises(aiobpf.BpfClosedError):
            link.update(program)
        with load_only(objects / "network.bpf.o") as network:
            with pytest.raises(aiobpf.BpfClosedError):
                network.program("on_sk_msg").attach_sockmap(table)
            with pytest.raises(TypeError, match="map must be a BpfMap, not str"):
                network.program("on_sk_msg").attach_sockmap("sockets")  # type: ignore[arg-type]


class TestPrograms:
    def test_the_kernel_knows_a_program(self, emitter: aiobpf.BpfObject) -> None:
        program = emitter.program("count_calls")
        assert program.type is aiobpf.BpfProgType.RAW_TRACEPOINT
        info = program.info
        assert (info.name, info.section, info.type) == ("count_calls", "raw_tp/sys_enter", program.type)
        assert info.id > 0
        assert len(info.tag) == 16
        assert len(info.maps) == 2  # array, and .rodata, which libbpf binds to every program
        assert info.created_by == os.getuid()
        assert info.instructions_bytes % 8 == 0

    def test_runs_are_counted_while_someone_asks_for_it(self, emitter: aiobpf.BpfObject) -> None:
        program = emitter.program("answer_it")
        program.run()
        assert program.info.run_count == 0
        with aiobpf.run_statistics():
            for _ in range(10):
                program.run()
        program.run()
        assert program.info.run_count == 10
        assert program.info.run_nanoseconds > 0

    def test_a_newer_type_has_a_name(self) -> None:
        assert aiobpf.BpfProgType(4711).name == "TYPE_4711"
        assert aiobpf.BpfProgType(2).name == "KPROBE"
        with pytest.raises(ValueError, match="-1"):
            aiobpf.BpfProgType(-1)
