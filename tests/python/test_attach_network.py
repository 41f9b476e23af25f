"""Attaching to interfaces, sockets and control groups, in a network of its own."""

import ctypes
import fcntl
import os
import pathlib
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiobpf
import pytest
from attaching import counted, is_kernels_symbol, load_only

pytestmark = pytest.mark.kernel

# Where network.bpf.c counts.
(
    BY_XDP,
    BY_TC,
    BY_TCX,
    BY_CGROUP_SKB,
    BY_CONNECT4,
    BY_SOCKOPS,
    BY_SOCKET_FILTER,
    BY_REUSEPORT,
    BY_SK_LOOKUP,
    BY_SK_MSG,
    BY_SK_SKB,
    BY_NETFILTER,
    BY_SECOND_XDP,
    BY_NETKIT,
    BY_FRAMES,
    BY_FLOW_DISSECTOR,
) = range(16)

PORT = 4711
LOOPBACK = "127.0.0.1"
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

libc = ctypes.CDLL(None, use_errno=True)


def bring_up(device: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", device.encode(), IFF_UP))


@pytest.fixture(scope="module", autouse=True)
def own_network() -> Iterator[None]:
    """A network with nothing but a loopback interface: there is no packet that the test did not send."""
    before = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    assert libc.unshare(CLONE_NEWNET) == 0
    bring_up("lo")
    yield
    assert libc.setns(before, CLONE_NEWNET) == 0
    os.close(before)


@pytest.fixture
def network(objects: pathlib.Path) -> Iterator[aiobpf.BpfObject]:
    with load_only(objects / "network.bpf.o", counted_port=PORT) as obj:
        yield obj


class Datagrams:
    """A receiver on PORT, and who sends to it."""

    def __init__(self) -> None:
        self.receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.receiver.bind((LOOPBACK, PORT))
        self.sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def exchange(self, times: int) -> None:
        """Sends so many packets and takes all of them out again: then every program on their way has run."""
        for _ in range(times):
            self.sender.sendto(b"x", (LOOPBACK, PORT))
            assert self.receiver.recv(1) == b"x"


@pytest.fixture
def udp() -> Iterator[Datagrams]:
    made = Datagrams()
    yield made
    made.receiver.close()
    made.sender.close()


@pytest.fixture
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server((LOOPBACK, PORT)) as listener:
        with socket.create_connection((LOOPBACK, PORT)) as client:
            server, _ = listener.accept()
            with server:
                yield client, server


def attribute(kind: int, *contents: bytes) -> bytes:
    """One attribute of rtnetlink."""
    content = b"".join(contents)
    return struct.pack("HH", 4 + len(content), kind) + content + bytes(-len(content) % 4)


def make_device_pair(kind: str, name: str, peer: str) -> bool:
    """Makes two devices of a kind that send to one another; False where the kernel has no such devices."""
    index = bytes(16)  # struct ifinfomsg
    body = index + attribute(3, name.encode() + b"\0")
    other = attribute(1, index, attribute(3, peer.encode() + b"\0"))
    body += attribute(18, attribute(1, kind.encode() + b"\0"), attribute(2, other))
    request = struct.pack("IHHII", 16 + len(body), 16, 0x605, 1, 0) + body  # RTM_NEWLINK, made anew, acknowledged
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as rtnetlink:
        rtnetlink.send(request)
        failed = struct.unpack_from("i", rtnetlink.recv(4096), 16)[0]
    for device in (name, peer) if failed == 0 else ():
        bring_up(device)
    return bool(failed == 0)


def send_frames(device: str, times: int) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind((device, 0))
        for _ in range(times):
            raw.send(bytes(64))


def check_packets(obj: aiobpf.BpfObject, place: int, udp: Datagrams, attach: Callable[[], aiobpf.BpfLink]) -> None:
    """Each of ten packets is counted while it is attached, and none later."""
    before = counted(obj, place)
    with attach():
        udp.exchange(10)
    udp.exchange(10)
    assert counted(obj, place) == before + 10


class TestInterfaces:
    @pytest.mark.parametrize(("interface", "mode"), [("lo", "best"), (1, "generic")])
    def test_xdp(self, network: aiobpf.BpfObject, udp: Datagrams, interface: Any, mode: Any) -> None:
        check_packets(network, BY_XDP, udp, lambda: network.program("on_xdp").attach_xdp(interface, mode))

    def test_an_update_leaves_no_packet_unseen(self, network: aiobpf.BpfObject, udp: Datagrams) -> None:
        with network.program("on_xdp").attach_xdp("lo") as link:
            udp.exchange(10)
            link.update(network.program("on_second_xdp"))
            udp.exchange(10)
            assert (counted(network, BY_XDP), counted(network, BY_SECOND_XDP)) == (10, 10)
            assert link.info.program == network.program("on_second_xdp").info.id
            assert (link.info.type, link.info.target) == ("xdp", "interface 1")
            with pytest.raises(aiobpf.BpfAttachError, match="update a link to on_tc"):
                link.update(network.program("on_tc"))

    @pytest.mark.parametrize("direction", ["ingress", "egress"])
    def test_tc(self, network: aiobpf.BpfObject, udp: Datagrams, direction: Any) -> None:
        check_packets(network, BY_TC, udp, lambda: network.program("on_tc").attach_tc("lo", direction))

    def test_a_disconnected_filter_stays(self, network: aiobpf.BpfObject, udp: Datagrams) -> None:
        link = network.program("on_tc").attach_tc("lo", priority=77)
        link.disconnect()
        assert not link.is_attached
        before = counted(network, BY_TC)
        udp.exchange(10)
        assert counted(network, BY_TC) == before + 10
        with network.program("on_xdp").attach_xdp("lo") as xdp:
            with pytest.raises(aiobpf.BpfUnsupportedError, match=r"pin\(\) the link to keep it"):
                xdp.disconnect()
            assert xdp.is_attached

    @pytest.mark.parametrize("first", [True, False])
    def test_tcx(self, network: aiobpf.BpfObject, udp: Datagrams, first: bool) -> None:
        program = network.program("on_tcx")
        if not is_kernels_symbol("tcx_link_attach"):
            with pytest.raises(aiobpf.BpfUnsupportedError, match=r"it needs kernel 6\.6"):
                program.attach_tcx("lo")
            return
        check_packets(network, BY_TCX, udp, lambda: program.attach_tcx("lo", first=first))

    def test_a_driver_runs_the_program_itself(self, network: aiobpf.BpfObject) -> None:
        assert make_device_pair("veth", "veth_a", "veth_b")
        network.program("each_frame").attach_xdp("veth_b", "native")
        before = counted(network, BY_FRAMES)  # of the kernel's own
        end = time.monotonic() + 30
        while counted(network, BY_FRAMES) < before + 10:
            assert time.monotonic() < end
            send_frames("veth_a", 1)  # again: attaching takes the carrier away for a while

    def test_netkit_wants_its_own_devices(self, objects: pathlib.Path) -> None:
        with load_only(objects / "network.bpf.o", "on_netkit") as obj:
            program = obj.program("on_netkit")
            if not make_device_pair("netkit", "nk_a", "nk_b"):
                with pytest.raises(aiobpf.BpfUnsupportedError, match=r"6\.7"):
                    program.attach_netkit("lo")
                return
            with pytest.raises(aiobpf.BpfAttachError, match="not a netkit device"):
                program.attach_netkit("lo")
            program.attach_netkit("nk_a")
            before = counted(obj, BY_NETKIT)
            send_frames("nk_a", 10)
            assert counted(obj, BY_NETKIT) >= before + 10

    def test_netfilter(self, objects: pathlib.Path, udp: Datagrams) -> None:
        if not is_kernels_symbol("bpf_nf_link_attach"):
            with pytest.raises(aiobpf.BpfError, match=r"load network\.bpf\.o"):
                load_only(objects / "network.bpf.o", "on_netfilter")
            return
        with load_only(objects / "network.bpf.o", "on_netfilter", counted_port=PORT) as obj:
            program = obj.program("on_netfilter")
            check_packets(obj, BY_NETFILTER, udp, lambda: program.attach_netfilter("input", priority=-5))

    def test_an_interface_that_is_not_there_is_named(self, network: aiobpf.BpfObject) -> None:
        program = network.program("on_xdp")
        with pytest.raises(aiobpf.BpfAttachError, match="to no_such: .*no such network interface"):
            program.attach_xdp("no_such")
        with pytest.raises(ValueError, match="interface must be from 1"):
            program.attach_xdp(0)
        with pytest.raises(ValueError, match="mode must be one of best, generic"):
            program.attach_xdp("lo", "fast")  # type: ignore[arg-type]


class TestSockets:
    def test_a_control_group_by_path_and_descriptor(
        self, network: aiobpf.BpfObject, udp: Datagrams, cgroup: str
    ) -> None:
        program = network.program("on_cgroup_skb")
        check_packets(network, BY_CGROUP_SKB, udp, lambda: program.attach_cgroup(cgroup))
        folder = os.open(cgroup, os.O_RDONLY | os.O_DIRECTORY)
        try:
            check_packets(network, BY_CGROUP_SKB, udp, lambda: program.attach_cgroup(folder))
        finally:
            os.close(folder)
        with pytest.raises(aiobpf.BpfAttachError, match="not a folder of a cgroup2"):
            program.attach_cgroup("/tmp")

    def test_connections_of_a_control_group(self, network: aiobpf.BpfObject, cgroup: str) -> None:
        network.program("on_connect4").attach_cgroup(cgroup)
        network.program("on_sockops").attach_cgroup(pathlib.Path(cgroup))
        with socket.create_server((LOOPBACK, PORT)):
            for _ in range(3):
                socket.create_connection((LOOPBACK, PORT)).close()
        assert (counted(network, BY_CONNECT4), counted(network, BY_SOCKOPS)) == (3, 3)

    def test_a_socket_filter(self, network: aiobpf.BpfObject, udp: Datagrams) -> None:
        program = network.program("on_socket")
        check_packets(network, BY_SOCKET_FILTER, udp, lambda: program.attach_socket_filter(udp.receiver))
        with open("/dev/null") as no_socket, pytest.raises(aiobpf.BpfAttachError, match="not one of a socket"):
            program.attach_socket_filter(no_socket)

    def test_sockets_that_share_a_port(self, network: aiobpf.BpfObject, udp: Datagrams) -> None:
        program = network.program("on_reuseport")
        check_packets(network, BY_REUSEPORT, udp, lambda: program.attach_reuseport(udp.receiver.fileno()))

    def test_a_network_namespace(self, network: aiobpf.BpfObject, udp: Datagrams) -> None:
        check_packets(network, BY_SK_LOOKUP, udp, network.program("on_sk_lookup").attach_netns)

    def test_flows_are_dissected(self, network: aiobpf.BpfObject, udp: Datagrams) -> None:
        network.program("ask_flow").attach_tc("lo")
        check_packets(network, BY_FLOW_DISSECTOR, udp, network.program("on_flow_dissector").attach_netns)

    def test_a_map_of_sockets(self, network: aiobpf.BpfObject, connected: tuple[socket.socket, socket.socket]) -> None:
        client, server = connected
        sockets = network.maps["sockets"]
        network.program("on_sk_msg").attach_sockmap(sockets)
        network.program("on_sk_skb").attach_sockmap(sockets)
        for index, end in enumerate((client, server)):
            sockets[struct.pack("I", index)] = struct.pack("Q", end.fileno())
        client.send(b"x")
        assert server.recv(1) == b"x"
        assert (counted(network, BY_SK_MSG), counted(network, BY_SK_SKB)) == (1, 1)
        with pytest.raises(aiobpf.BpfAttachError, match="only sockmap and sockhash"):
            network.program("on_sk_msg").attach_sockmap(network.maps["counts"])


class TestRuns:
    def test_a_program_is_tried_with_a_packet(self, network: aiobpf.BpfObject) -> None:
        packet = bytearray(64)
        packet[23] = socket.IPPROTO_UDP
        packet[36:38] = PORT.to_bytes(2, "big")
        result = network.program("on_xdp").test_run(packet, repeat=1000)
        assert (result.value, result.data) == (2, packet)
        assert counted(network, BY_XDP) == 1000

    def test_what_runs_by_its_events_only_says_so(self, objects: pathlib.Path) -> None:
        with (
            load_only(objects / "probes.bpf.o", "on_uprobe") as obj,
            pytest.raises(aiobpf.BpfSyscallError, match="'kprobe' program, and the kernel runs those by their events"),
        ):
            obj.program("on_uprobe").test_run(bytes(64))

    @pytest.mark.parametrize(
        ("program", "call"),
        [
            ("on_xdp", "attach_xdp"),
            ("on_tc", "attach_tc"),
            ("on_socket", "attach_socket_filter"),
            ("on_sk_msg", "attach_sockmap"),
            ("on_sockops", "attach_cgroup"),
        ],
    )
    def test_a_section_that_names_no_place_names_the_call(
        self, network: aiobpf.BpfObject, program: str, call: str
    ) -> None:
        with pytest.raises(aiobpf.BpfUnsupportedError, match=call):
            network.program(program).attach()
