"""Programs whose target is fixed when they load, iterators and struct_ops."""

import ctypes
import os
import pathlib
import socket
import struct

import aiobpf
import pytest
from attaching import counted, function_of_call, load_only

pytestmark = pytest.mark.kernel

# Where targets.bpf.c counts.
BY_FENTRY, BY_FEXIT, BY_FMOD_RET, BY_LSM, BY_STRUCT_OPS, BY_LSM_CGROUP = range(6)
RETURNED = 32

BPF_PROG_TYPE_TRACING = 26
BPF_TRACE_FENTRY = 24


class LoadOptions(ctypes.Structure):
    """struct bpf_prog_load_opts of libbpf, as far as is needed."""

    _fields_ = [
        ("sz", ctypes.c_size_t),
        ("attempts", ctypes.c_int),
        ("expected_attach_type", ctypes.c_int),
        ("prog_btf_fd", ctypes.c_uint32),
        ("prog_flags", ctypes.c_uint32),
        ("prog_ifindex", ctypes.c_uint32),
        ("kern_version", ctypes.c_uint32),
        ("attach_btf_id", ctypes.c_uint32),
        ("attach_prog_fd", ctypes.c_uint32),
        ("attach_btf_obj_fd", ctypes.c_uint32),
        ("padding", ctypes.c_uint32 * 16),
    ]


def has_trampolines() -> bool:
    """Whether this kernel loads fentry programs: asked by libbpf's own call; lsm and freplace go the same way."""
    libbpf = ctypes.CDLL("libbpf.so.1")
    function = libbpf.libbpf_find_vmlinux_btf_id(b"bpf_prog_free", BPF_TRACE_FENTRY)
    options = LoadOptions(sz=ctypes.sizeof(LoadOptions), expected_attach_type=BPF_TRACE_FENTRY, attach_btf_id=function)
    return_zero = bytes.fromhex("b700000000000000 9500000000000000")
    fd: int = libbpf.bpf_prog_load(
        BPF_PROG_TYPE_TRACING, b"probe", b"GPL", return_zero, ctypes.c_size_t(2), ctypes.byref(options)
    )
    if fd >= 0:
        os.close(fd)
    return fd >= 0


@pytest.fixture
def targets(objects: pathlib.Path) -> pathlib.Path:
    return objects / "targets.bpf.o"


def call_getpgid() -> None:
    os.getpgid(os.getpid())


class TestTargets:
    @pytest.mark.parametrize(
        ("program", "place", "target", "without"),
        [
            ("on_fentry", BY_FENTRY, "security_task_getpgid", "security_task_getpgid"),
            ("on_fexit", BY_FEXIT, function_of_call("getpgid"), "security_task_getpgid"),
            ("on_fmod_ret", BY_FMOD_RET, "security_task_getpgid", "security_task_getpgid"),
            ("on_lsm", BY_LSM, "task_getpgid", "task_getpgid"),
        ],
    )
    def test_a_target_is_named_before_loading(
        self, targets: pathlib.Path, program: str, place: int, target: str, without: str
    ) -> None:
        file = aiobpf.open(targets)
        file.set_autoload(program, True)
        file.set_attach_target(program, target if has_trampolines() else without)
        if not has_trampolines():
            with pytest.raises(aiobpf.BpfUnsupportedError, match=f"program '{program}': this kernel refuses SEC"):
                file.load()
            return
        with file.load() as obj:
            obj.program("watch_me").run()
            with obj.program(program).attach():
                for _ in range(10):
                    call_getpgid()
            call_getpgid()
            assert counted(obj, place) == 10
            assert counted(obj, RETURNED) == (os.getpgid(0) if place == BY_FEXIT else 0)

    def test_a_hook_of_security_modules_for_a_control_group(self, targets: pathlib.Path, cgroup: str) -> None:
        file = aiobpf.open(targets)
        file.set_autoload("on_lsm_cgroup", True)
        if not has_trampolines():
            with pytest.raises(aiobpf.BpfUnsupportedError, match="program 'on_lsm_cgroup'"):
                file.load()
            return
        with file.load() as obj:
            with obj.program("on_lsm_cgroup").attach_cgroup(cgroup):
                for _ in range(10):
                    socket.socket().close()
            socket.socket().close()
            assert counted(obj, BY_LSM_CGROUP) == 10

    def test_a_target_that_is_not_in_btf_is_named(self, targets: pathlib.Path) -> None:
        file = aiobpf.open(targets)
        with pytest.raises(aiobpf.BpfAttachError, match="for the function no_such: .*no such function") as raised:
            file.set_attach_target("on_fentry", "no_such")
        assert raised.value.errno == 3
        with pytest.raises(aiobpf.BpfAttachError, match="no such hook in the kernel's BTF"):
            file.set_attach_target("on_lsm", "no_such")
        file.set_autoload("on_nothing", True)
        with pytest.raises(aiobpf.BpfLoadError, match="program 'on_nothing': .*'no_such_function'"):
            file.load()

    def test_a_function_of_a_program_is_replaced(self, objects: pathlib.Path, targets: pathlib.Path) -> None:
        with aiobpf.load(objects / "network.bpf.o") as base:
            main = base.program("on_xdp")
            file = aiobpf.open(targets)
            file.set_autoload("replacement", True)
            file.set_attach_target("replacement", "choose", of=main)
            if not has_trampolines():
                with pytest.raises(aiobpf.BpfUnsupportedError, match="program 'replacement'"):
                    file.load()
                return
            with file.load() as obj:
                assert main.test_run(bytes(64)).value == 2
                with obj.program("replacement").attach():
                    assert main.test_run(bytes(64)).value == 7
                assert main.test_run(bytes(64)).value == 2


class TestIterators:
    def test_an_iterator_is_a_stream_of_bytes(self, targets: pathlib.Path) -> None:
        with load_only(targets) as obj, obj.program("each_task").attach_iter() as link:
            for _ in range(2):
                with link.open_iterator() as stream:
                    processes = {process for _, process in struct.iter_unpack("II", stream.read())}
                assert os.getpid() in processes
                assert len(processes) > 1

    def test_an_iterator_is_narrowed(self, targets: pathlib.Path) -> None:
        with load_only(targets) as obj:
            with obj.program("each_task").attach_iter(tid=os.getpid()) as link, link.open_iterator() as stream:
                assert struct.unpack("II", stream.read()) == (os.getpid(), os.getpid())
            counts = obj.maps["counts"]
            counts[struct.pack("I", 50)] = struct.pack("Q", 1)
            with obj.program("each_element").attach_iter(counts) as link, link.open_iterator() as stream:
                assert stream.read() == struct.pack("I", 50)
            with pytest.raises(aiobpf.BpfAttachError, match="it goes over a map: name one"):
                obj.program("each_element").attach_iter()

    def test_only_an_iterators_link_is_read(self, objects: pathlib.Path) -> None:
        with (
            aiobpf.load(objects / "emit.bpf.o") as obj,
            obj.program("count_calls").attach() as link,
            pytest.raises(aiobpf.BpfError, match="not the link of an iterator"),
        ):
            link.open_iterator()


class TestStructOps:
    def test_a_struct_of_programs_is_the_kernels_until_the_link_ends(self, targets: pathlib.Path) -> None:
        def use() -> None:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                with socket.create_connection(listener.getsockname()) as client:
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"aiobpf_test")

        with load_only(targets) as obj:
            with obj.attach_struct_ops("congestion") as link:
                assert link.hook_name == "struct_ops/congestion"
                use()
                assert counted(obj, BY_STRUCT_OPS) >= 1
            with pytest.raises(FileNotFoundError):
                use()
            with pytest.raises(aiobpf.BpfNotFoundError):
                obj.attach_struct_ops("no_such")
            with pytest.raises(aiobpf.BpfAttachError, match=r"not a variable in SEC"):
                obj.attach_struct_ops("counts")
