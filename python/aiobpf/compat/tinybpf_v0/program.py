"""Programs of a loaded object."""

from __future__ import annotations

import pathlib

import aiobpf
from aiobpf.compat.tinybpf_v0.link import BPFLink


class BPFProgram:
    """A program. All attach methods return a link, which the program keeps, and raise BPFAttachError,
    BPFPermissionError or BpfUnsupportedError (a BPFError: this kernel has no such places)."""

    def __init__(self, program: aiobpf.BpfProgram) -> None:
        self._program = program
        self._links: list[BPFLink] = []

    @property
    def name(self) -> str:
        return self._program.name

    @property
    def section_name(self) -> str:
        return self._program.section

    @property
    def fd(self) -> int:
        return self._program.fd

    @property
    def type(self) -> aiobpf.BpfProgType:
        return self._program.type

    @property
    def links(self) -> list[BPFLink]:
        """Those that are attached."""
        self._links = [link for link in self._links if link.is_attached]
        return list(self._links)

    def _keep(self, link: aiobpf.BpfLink) -> BPFLink:
        made = BPFLink(link, self)
        self._links.append(made)
        return made

    def attach(self) -> BPFLink:
        """By the program's section.

        program.attach()
        """
        return self._keep(self._program.attach())

    def attach_kprobe(self, func_name: str) -> BPFLink:
        """When a kernel function is called.

        program.attach_kprobe("tcp_v4_connect")
        """
        return self._keep(self._program.attach_kprobe(func_name))

    def attach_kretprobe(self, func_name: str) -> BPFLink:
        """When it returns.

        program.attach_kretprobe("tcp_v4_connect")
        """
        return self._keep(self._program.attach_kretprobe(func_name))

    def attach_tracepoint(self, category: str, name: str) -> BPFLink:
        """As under events/ in tracefs.

        program.attach_tracepoint("syscalls", "sys_enter_read")
        """
        return self._keep(self._program.attach_tracepoint(category, name))

    def attach_raw_tracepoint(self, tp_name: str) -> BPFLink:
        """A raw tracepoint.

        program.attach_raw_tracepoint("sys_enter")
        """
        return self._keep(self._program.attach_raw_tracepoint(tp_name))

    def attach_uprobe(self, binary_path: str | pathlib.Path, func_offset: int, pid: int = -1) -> BPFLink:
        """When a place in a binary is passed.

        program.attach_uprobe("/usr/bin/bash", 0x1234)
        """
        return self._keep(self._program.attach_uprobe(binary_path, func_offset, pid))

    def attach_uretprobe(self, binary_path: str | pathlib.Path, func_offset: int, pid: int = -1) -> BPFLink:
        """When the function there returns.

        program.attach_uretprobe("/usr/bin/bash", 0x1234)
        """
        return self._keep(self._program.attach_uretprobe(binary_path, func_offset, pid))

    def attach_perf_event(self, perf_fd: int) -> BPFLink:
        """To a perf event that is open.

        program.attach_perf_event(fd)
        """
        return self._keep(self._program.attach_perf_event(perf_fd))

    def detach_all(self) -> None:
        """All of its links.

        program.detach_all()
        """
        for link in self._links:
            link.detach()
        self._links.clear()
