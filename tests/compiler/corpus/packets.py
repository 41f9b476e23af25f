"""Packets: xdp, tc and socket programs, their bounds and their contexts."""

import struct

import aiobpf
from aiobpf import bpf
from aiobpf.bpf import i32, u8, u16, u32, u64
from aiobpf.bpf.kernel import XDP_DROP, XDP_PASS, XDP_TX, __sk_buff, ethhdr, iphdr, tcphdr, xdp_md
from kernel_run import packet_run
from support import checked_by

ETH_P_IP = 0x0800
TC_ACT_OK, TC_ACT_SHOT = 0, 2

ports = bpf.HashMap(u16, u64, 64)


def tcp(port: int, ttl: int = 64, payload: bytes = b"") -> bytes:
    ethernet = bytes(6) + b"\1\2\3\4\5\6" + struct.pack("!H", ETH_P_IP)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 1, 0, ttl, 6, 0, bytes(4), bytes(4))
    return ethernet + ip + struct.pack("!HHIIBBHHH", 1234, port, 0, 0, 5 << 4, 2, 0, 0, 0) + payload


def by_port(obj: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    assert packet_run(program, tcp(80))[0] == 2
    assert packet_run(program, tcp(22))[0] == 1
    assert packet_run(program, tcp(80)[:40])[0] == 2
    assert packet_run(program, bytes(60))[0] == 2
    got = {struct.unpack("<H", k)[0]: struct.unpack("<Q", v)[0] for k, v in obj.maps["ports"].items()}
    assert got == {80: 1, 22: 1}


@checked_by(by_port)
@bpf.program("xdp")
def drop_by_port(ctx: xdp_md) -> i32:
    eth = bpf.packet(ctx, ethhdr)
    if eth is None or eth.h_proto != bpf.htons(ETH_P_IP):
        return XDP_PASS
    ip = bpf.packet(ctx, iphdr, bpf.sizeof(ethhdr))
    if ip is None or ip.protocol != 6:
        return XDP_PASS
    header = bpf.packet(ctx, tcphdr, bpf.sizeof(ethhdr) + ip.ihl * 4)
    if header is None:
        return XDP_PASS
    port = bpf.ntohs(header.dest)
    ports[port] += 1
    return XDP_DROP if port == 22 else XDP_PASS


def changes(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    returned, packet = packet_run(program, tcp(80, ttl=9))
    assert (returned, packet[14 + 8]) == (3, 8)


@checked_by(changes)
@bpf.program("xdp")
def write_to_a_packet(ctx) -> i32:
    ip = bpf.packet(ctx, iphdr, 14)
    if ip is None:
        return XDP_PASS
    ip.ttl -= 1
    return XDP_TX


def by_length(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    assert packet_run(program, bytes(14 + 20))[0] == 1
    assert packet_run(program, bytes(14))[0] == 2


@checked_by(by_length)
@bpf.program("xdp")
def raw_bounds(ctx) -> i32:
    if ctx.data + 34 > ctx.data_end:
        return XDP_PASS
    return XDP_DROP


def by_protocol(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    assert packet_run(program, tcp(80))[0] == TC_ACT_OK
    assert packet_run(program, tcp(80, payload=bytes(100)))[0] == TC_ACT_SHOT


@checked_by(by_protocol)
@bpf.program("tc")
def traffic_control(skb: __sk_buff) -> i32:
    if skb.len > 100 and bpf.ntohs(skb.protocol) == ETH_P_IP:
        skb.mark = 7
        return TC_ACT_SHOT
    return TC_ACT_OK


def sums_bytes(_: aiobpf.BpfObject, program: aiobpf.BpfProgram) -> None:
    packet = bytes(14) + bytes(range(1, 17)) + bytes(34)
    assert packet_run(program, packet)[0] == sum(range(1, 17))


@checked_by(sums_bytes)
@bpf.program("xdp")
def loop_over_bytes(ctx) -> u32:
    window = bpf.packet(ctx, u8[16], 14)
    if window is None:
        return 0
    sum: u32 = 0
    for i in range(16):
        sum += window[i]
    return sum
