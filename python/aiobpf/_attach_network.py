"""Attaching to interfaces, sockets and control groups, as BpfProgram does it."""

from __future__ import annotations

import os
from typing import Literal, Protocol, TypeAlias

from aiobpf import _aiobpf, _arguments
from aiobpf._attach import Attaching
from aiobpf._link import BpfLink
from aiobpf._map import BpfMap

Direction: TypeAlias = Literal["ingress", "egress"]
XdpMode: TypeAlias = Literal["best", "generic", "native", "offload"]
Hook: TypeAlias = Literal["prerouting", "input", "forward", "output", "postrouting"]

_MODES = ("best", "generic", "native", "offload")
_HOOKS = ("prerouting", "input", "forward", "output", "postrouting")


class HasFileno(Protocol):
    """A socket, or another open file."""

    def fileno(self) -> int: ...


def _choice(name: str, value: str, choices: tuple[str, ...]) -> int:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return choices.index(value)


def _interface(value: str | int) -> tuple[bytes, int]:
    """By its name or its index: one of the two is empty."""
    if isinstance(value, str):
        if not value:
            raise ValueError("interface must not be empty")
        return _arguments.text("interface", value), 0
    return b"", _arguments.integer("interface", value, 1, 2**31 - 1)


def _path_or_descriptor(name: str, value: _arguments.Path | int) -> tuple[bytes, int]:
    """One of the two: an empty path, or -1."""
    if isinstance(value, int):
        return b"", _arguments.integer(name, value, 0, 2**31 - 1)
    return _arguments.path(value), -1


def _descriptor(name: str, value: int | HasFileno) -> int:
    return _arguments.integer(name, value if isinstance(value, int) else value.fileno(), 0, 2**31 - 1)


def _open_map(value: BpfMap) -> _aiobpf.Map:
    if not isinstance(value, BpfMap):
        raise TypeError(f"map must be a BpfMap, not {type(value).__name__}")
    assert value.fd >= 0  # raises BpfClosedError, where its object was closed
    return value._raw


class AttachingNetwork(Attaching):
    """Interfaces, control groups, sockets and network namespaces.

    All of them return a link, which the object keeps, and raise BpfAttachError (no such place), BpfUnsupportedError (an
    older kernel; the message names the version), BpfPermissionError, BpfClosedError.
    """

    def attach_xdp(self, interface: str | int, mode: XdpMode = "best") -> BpfLink:
        """Attaches a SEC("xdp") program to what an interface receives. Kernel 5.9.

            obj.program("count_packets").attach_xdp("eth0")

        interface: its name or index. An interface has one such program: `link.update()` changes it without a gap.
        mode: "native" in the driver, "generic" after it, "offload" on the device; "best": native where it can.
        """
        name, index = _interface(interface)
        raw = self._raw.attach_xdp(name, index, _choice("mode", mode, _MODES))
        return self._keep(BpfLink(raw, f"xdp/{interface}"))

    def attach_tc(self, interface: str | int, direction: Direction = "ingress", *, priority: int = 0) -> BpfLink:
        """Attaches a SEC("tc") program as a filter of traffic control, on a clsact qdisc.

            obj.program("on_packet").attach_tc("eth0", "egress")

        The interface gets the qdisc where it has none, and keeps it; `link.disconnect()` leaves the filter there.
        priority: lower ones run first; 0: the kernel chooses.
        """
        name, index = _interface(interface)
        raw = self._raw.attach_tc(
            name,
            index,
            _choice("direction", direction, ("ingress", "egress")) == 0,
            _arguments.integer("priority", priority, 0, 2**16 - 1),
        )
        return self._keep(BpfLink(raw, f"tc/{direction}/{interface}"))

    def attach_tcx(self, interface: str | int, direction: Direction = "ingress", *, first: bool = False) -> BpfLink:
        """Attaches a SEC("tc") or SEC("tcx/...") program to an interface, without a qdisc. Kernel 6.6.

            obj.program("on_packet").attach_tcx("eth0", "egress")

        first: before the programs that are there, instead of after them.
        """
        name, index = _interface(interface)
        raw = self._raw.attach_tcx(
            name,
            index,
            _choice("direction", direction, ("ingress", "egress")) == 0,
            _arguments.boolean("first", first),
        )
        return self._keep(BpfLink(raw, f"tcx/{direction}/{interface}"))

    def attach_netkit(self, interface: str | int, *, peer: bool = False, first: bool = False) -> BpfLink:
        """Attaches a SEC("tc") or SEC("netkit/...") program to a netkit device. Kernel 6.7.

            obj.program("on_packet").attach_netkit("nk0")

        interface: the primary device of the pair. peer: what the peer sends. first: as attach_tcx() has it.
        """
        name, index = _interface(interface)
        raw = self._raw.attach_netkit(name, index, _arguments.boolean("peer", peer), _arguments.boolean("first", first))
        return self._keep(BpfLink(raw, f"netkit/{'peer' if peer else 'primary'}/{interface}"))

    def attach_cgroup(self, cgroup: _arguments.Path | int) -> BpfLink:
        """Attaches a SEC("cgroup..."), SEC("sockops") or SEC("lsm_cgroup/...") program to a control group (version 2)
        and those below it. A group can have many. Kernel 5.7.

            obj.program("on_connect").attach_cgroup("/sys/fs/cgroup/system.slice")

        cgroup: the path of its folder, or a descriptor of it, which stays the caller's.
        """
        path, fd = _path_or_descriptor("cgroup", cgroup)
        return self._keep(BpfLink(self._raw.attach_cgroup(path, fd), f"cgroup/{os.fsdecode(path) or fd}"))

    def attach_socket_filter(self, socket: int | HasFileno) -> BpfLink:
        """Attaches a SEC("socket") program, which says of each packet how many bytes the socket receives.

            obj.program("only_udp").attach_socket_filter(sock)

        The link holds the socket open until it is detached; `link.disconnect()` leaves the filter with the socket.
        """
        fd = _descriptor("socket", socket)
        return self._keep(BpfLink(self._raw.attach_socket_filter(fd), f"socket/{fd}"))

    def attach_reuseport(self, socket: int | HasFileno) -> BpfLink:
        """Attaches a SEC("sk_reuseport") program, which chooses among the sockets that share a port.

            obj.program("choose").attach_reuseport(listener)

        socket: one of them, with SO_REUSEPORT; otherwise as attach_socket_filter().
        """
        fd = _descriptor("socket", socket)
        return self._keep(BpfLink(self._raw.attach_reuseport(fd), f"sk_reuseport/{fd}"))

    def attach_netns(self, netns: _arguments.Path | int = "/proc/self/ns/net") -> BpfLink:
        """Attaches a SEC("sk_lookup") (kernel 5.9) or SEC("flow_dissector") program to a network namespace.

            obj.program("choose_socket").attach_netns("/run/netns/blue")

        netns: the path of the namespace, or a descriptor of it, which stays the caller's.
        """
        path, fd = _path_or_descriptor("netns", netns)
        return self._keep(BpfLink(self._raw.attach_netns(path, fd), f"netns/{os.fsdecode(path) or fd}"))

    def attach_sockmap(self, map: BpfMap) -> BpfLink:
        """Attaches a SEC("sk_msg") or SEC("sk_skb/...") program to a sockmap or sockhash.

            obj.program("redirect").attach_sockmap(obj.maps["sockets"])

        A map has one program of a kind: this takes the place of another one. `link.disconnect()` leaves it there.
        """
        return self._keep(BpfLink(self._raw.attach_sockmap(_open_map(map)), f"sockmap/{map.name}"))

    def attach_netfilter(
        self, hook: Hook = "input", *, ipv6: bool = False, priority: int = 0, defragment: bool = False
    ) -> BpfLink:
        """Attaches a SEC("netfilter") program to a hook of this network namespace. Kernel 6.4.

            obj.program("on_packet").attach_netfilter("input", priority=-10)

        priority: lower ones run first; each can be taken once. defragment: put packets together before (kernel 6.6).
        """
        raw = self._raw.attach_netfilter(
            _choice("hook", hook, _HOOKS),
            _arguments.boolean("ipv6", ipv6),
            _arguments.integer("priority", priority, -(2**31) + 1, 2**31 - 2),
            _arguments.boolean("defragment", defragment),
        )
        return self._keep(BpfLink(raw, f"netfilter/{hook}"))

    def attach_iter(
        self, map: BpfMap | None = None, *, pid: int = 0, tid: int = 0, cgroup: _arguments.Path = b""
    ) -> BpfLink:
        """Attaches a SEC("iter/...") program: `link.open_iterator()` then reads what it writes. Kernel 5.8.

            with obj.program("dump_tasks").attach_iter() as link, link.open_iterator() as stream:
                print(stream.read())

        map: the map whose elements it goes over, for iter/bpf_map_elem. pid, tid: the tasks of one process, or one task
        (kernel 6.1). cgroup: the folder of a control group, for iter/cgroup (kernel 6.1).
        """
        raw = self._raw.attach_iter(
            _open_map(map) if map is not None else None,
            _arguments.integer("pid", pid, 0, 2**31 - 1),
            _arguments.integer("tid", tid, 0, 2**31 - 1),
            _arguments.path(cgroup),
        )
        return self._keep(BpfLink(raw, self.section))
