"""Attaching to probes and events, as BpfProgram does it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aiobpf import _arguments
from aiobpf._attach import Attaching
from aiobpf._link import BpfLink

_U64 = 2**64 - 1


def _number(name: str, value: int) -> int:
    return _arguments.integer(name, value, 0, _U64)


def _pid(value: int) -> int:
    return _arguments.integer("pid", value, -1, 2**31 - 1)


def _names(name: str, values: Iterable[str]) -> list[bytes]:
    if isinstance(values, str):
        raise TypeError(f"{name} must be several str, not one")
    return [_arguments.text(name, value) for value in values]


def _numbers(name: str, values: Iterable[int]) -> list[int]:
    return [_number(name, value) for value in values]


class AttachingProbes(Attaching):
    """Kernel functions, user-space functions, tracepoints and perf events.

    All of them return a link, which the object keeps, and raise BpfAttachError (no such place; the message says what
    is missing), BpfUnsupportedError (this kernel has no such places), BpfPermissionError, BpfClosedError.
    """

    def attach(self) -> BpfLink:
        """Attaches where the program's section says.

            obj.program("on_exec").attach()

        Raises BpfUnsupportedError also where the section names no place; the message names the call that does.
        """
        return self._keep(BpfLink(self._raw.attach(), self.section))

    def attach_tracepoint(self, category: str, name: str, *, cookie: int = 0) -> BpfLink:
        """Attaches a SEC("tracepoint") program to a tracepoint, as under events/ in tracefs.

            obj.program("on_exec").attach_tracepoint("sched", "sched_process_exec")

        cookie: what bpf_get_attach_cookie() gives; other than 0: kernel 5.15. Here and in all that follow.
        """
        raw = self._raw.attach_tracepoint(
            _arguments.text("category", category), _arguments.text("name", name), _number("cookie", cookie)
        )
        return self._keep(BpfLink(raw, f"tracepoint/{category}/{name}"))

    def attach_raw_tracepoint(self, name: str) -> BpfLink:
        """Attaches a SEC("raw_tp") program to a tracepoint, by its name without a category.

        obj.program("on_call").attach_raw_tracepoint("sys_enter")
        """
        return self._keep(BpfLink(self._raw.attach_raw_tracepoint(_arguments.text("name", name)), f"raw_tp/{name}"))

    def attach_kprobe(self, func_name: str, retprobe: bool = False, *, offset: int = 0, cookie: int = 0) -> BpfLink:
        """Attaches a SEC("kprobe") or SEC("kretprobe") program to a function of the kernel.

            obj.program("on_connect").attach_kprobe("tcp_v4_connect")

        retprobe: when it returns, instead of when it is entered.
        offset: in bytes into the function, of an instruction.
        """
        raw = self._raw.attach_kprobe(
            _arguments.text("func_name", func_name),
            _number("offset", offset),
            _arguments.boolean("retprobe", retprobe),
            _number("cookie", cookie),
        )
        return self._keep(BpfLink(raw, f"{'kretprobe' if retprobe else 'kprobe'}/{func_name}"))

    def attach_kretprobe(self, func_name: str, *, cookie: int = 0) -> BpfLink:
        """As attach_kprobe(func_name, retprobe=True).

        program.attach_kretprobe("tcp_v4_connect")
        """
        return self.attach_kprobe(func_name, retprobe=True, cookie=cookie)

    def attach_ksyscall(self, name: str, retprobe: bool = False, *, cookie: int = 0) -> BpfLink:
        """Attaches a SEC("ksyscall") or SEC("kprobe") program to the kernel's function of a system call.

        obj.program("on_getppid").attach_ksyscall("getppid")
        """
        raw = self._raw.attach_ksyscall(
            _arguments.text("name", name), _arguments.boolean("retprobe", retprobe), _number("cookie", cookie)
        )
        return self._keep(BpfLink(raw, f"{'kretsyscall' if retprobe else 'ksyscall'}/{name}"))

    def attach_kprobe_multi(
        self, functions: str | Sequence[str], retprobe: bool = False, *, cookies: Iterable[int] = ()
    ) -> BpfLink:
        """Attaches a SEC("kprobe.multi") program to many functions of the kernel by one link. Kernel 5.18.

            obj.program("on_tcp").attach_kprobe_multi("tcp_*")

        functions: a pattern with * and ?, or names.
        cookies: one for each name, or none; not with a pattern.
        """
        is_pattern = isinstance(functions, str)
        raw = self._raw.attach_kprobe_multi(
            _arguments.text("functions", functions) if is_pattern else b"",
            [] if is_pattern else _names("functions", functions),
            _arguments.boolean("retprobe", retprobe),
            _numbers("cookies", cookies),
        )
        what = functions if is_pattern else ",".join(functions)
        return self._keep(BpfLink(raw, f"{'kretprobe' if retprobe else 'kprobe'}.multi/{what}"))

    def attach_uprobe(
        self,
        binary_path: _arguments.Path,
        offset: int = 0,
        pid: int = -1,
        retprobe: bool = False,
        *,
        symbol: str = "",
        cookie: int = 0,
    ) -> BpfLink:
        """Attaches a SEC("uprobe") or SEC("uretprobe") program to a place in a program or library.

            obj.program("on_malloc").attach_uprobe("libc.so.6", symbol="malloc")

        binary_path: a path; without a slash, a library ("libc.so.6") or program that is looked for.
        offset: in bytes, from the symbol; without one, from the first byte of the file.
        pid: only in this process; -1: in all that run the binary.
        retprobe: when the function returns.
        """
        binary = _arguments.path(binary_path)
        raw = self._raw.attach_uprobe(
            binary,
            _arguments.text("symbol", symbol),
            _number("offset", offset),
            _arguments.boolean("retprobe", retprobe),
            _pid(pid),
            _number("cookie", cookie),
        )
        place = symbol if symbol and not offset else f"{symbol}+{offset:#x}"
        return self._keep(
            BpfLink(raw, f"{'uretprobe' if retprobe else 'uprobe'}/{binary.decode(errors='replace')}:{place}")
        )

    def attach_uretprobe(
        self,
        binary_path: _arguments.Path,
        offset: int = 0,
        pid: int = -1,
        *,
        symbol: str = "",
        cookie: int = 0,
    ) -> BpfLink:
        """As attach_uprobe(..., retprobe=True).

        program.attach_uretprobe("libc.so.6", symbol="malloc")
        """
        return self.attach_uprobe(binary_path, offset, pid, retprobe=True, symbol=symbol, cookie=cookie)

    def attach_uprobe_multi(
        self,
        binary_path: _arguments.Path,
        symbols: str | Sequence[str] = (),
        pid: int = -1,
        retprobe: bool = False,
        *,
        offsets: Iterable[int] = (),
        cookies: Iterable[int] = (),
    ) -> BpfLink:
        """Attaches a SEC("uprobe.multi") program to many functions of a program or library by one link. Kernel 6.6.

            obj.program("on_sql").attach_uprobe_multi("libsql.so", "sql_*")

        symbols: a pattern with * and ?, or names.
        offsets: instead of symbols, in bytes of the file.
        cookies: one for each symbol or offset, or none; not with a pattern.
        """
        is_pattern = isinstance(symbols, str)
        binary = _arguments.path(binary_path)
        raw = self._raw.attach_uprobe_multi(
            binary,
            _arguments.text("symbols", symbols) if is_pattern else b"",
            [] if is_pattern else _names("symbols", symbols),
            _numbers("offsets", offsets),
            _arguments.boolean("retprobe", retprobe),
            _pid(pid),
            _numbers("cookies", cookies),
        )
        what = symbols if is_pattern else ",".join(symbols)
        return self._keep(
            BpfLink(raw, f"{'uretprobe' if retprobe else 'uprobe'}.multi/{binary.decode(errors='replace')}:{what}")
        )

    def attach_usdt(
        self, binary_path: _arguments.Path, provider: str, name: str, pid: int = -1, *, cookie: int = 0
    ) -> BpfLink:
        """Attaches a SEC("usdt") program to a probe that a program or library declares (sys/sdt.h).

            obj.program("on_query").attach_usdt("/usr/sbin/mysqld", "mysql", "query")

        binary_path, pid: as attach_uprobe() has them. cookie: what bpf_usdt_cookie() gives.
        """
        binary = _arguments.path(binary_path)
        raw = self._raw.attach_usdt(
            binary,
            _arguments.text("provider", provider),
            _arguments.text("name", name),
            _pid(pid),
            _number("cookie", cookie),
        )
        return self._keep(BpfLink(raw, f"usdt/{binary.decode(errors='replace')}:{provider}:{name}"))

    def attach_perf_event(
        self,
        event: str | int = "cpu-clock",
        *,
        frequency: int = 0,
        period: int = 0,
        pid: int = -1,
        cpu: int = -1,
        cookie: int = 0,
    ) -> BpfLink:
        """Attaches a SEC("perf_event") program to an event that the kernel counts, on all CPUs.

            obj.program("on_sample").attach_perf_event("cpu-clock", frequency=99)

        event: as perf names it, "page-faults", "cycles", ...; or the descriptor of a perf event that was opened
            before, which stays the caller's, and alone says the rest.
        frequency: runs a second; or period: one run every Nth event, nanoseconds of the clocks.
        pid: only of this process, on whichever CPU. cpu: only on that one.
        Raises BpfNotFoundError (no such event; the message names those there are), BpfUnsupportedError (this machine
        does not count it).
        """
        if isinstance(event, str):
            raw = self._raw.attach_perf_event(
                _arguments.text("event", event),
                _number("frequency", frequency),
                _number("period", period),
                _pid(pid),
                _arguments.integer("cpu", cpu, -1, 2**31 - 1),
                _number("cookie", cookie),
            )
            return self._keep(BpfLink(raw, f"perf_event/{event}"))
        if frequency or period or pid != -1 or cpu != -1:
            raise TypeError("an open perf event says frequency, period, pid and cpu itself")
        raw = self._raw.attach_open_perf_event(
            _arguments.integer("event", event, 0, 2**31 - 1), _number("cookie", cookie)
        )
        return self._keep(BpfLink(raw, f"perf_event/{event}"))
