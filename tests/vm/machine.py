"""A virtual machine that runs one command as root, on the host's own files, and ends."""

from __future__ import annotations

import ctypes
import dataclasses
import os
import pathlib
import shlex
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence

from kernel import Kernel

HERE = pathlib.Path(__file__).parent
MEMORY = 1024  # MiB
CPUS = 2
CONSOLE_END = 4000  # characters of the console that tell why a guest died

KERNEL_LINE = (
    "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off nokaslr norandmaps tsc=reliable no_timer_check "
    "random.trust_cpu=on nowatchdog rcupdate.rcu_cpu_stall_suppress=1 cryptomgr.notests audit=0 apparmor=0 selinux=0"
)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a guest ended. `status` is the command's; None where the guest died or its time ended first."""

    status: int | None
    output: str  # the command's stdout and stderr
    console: str
    timed_out: bool = False

    def failure(self) -> str:
        """Why it is one, with the console's end where the guest did not live to tell; empty where it is none."""
        if self.status == 0:
            return ""
        if self.status is not None:
            return f"exit status {self.status}"
        reason = "the guest did not end in time" if self.timed_out else "the guest died"
        return f"{reason}; its console's end:\n{self.console[-CONSOLE_END:]}"


def run(
    kernel: Kernel,
    command: Sequence[str],
    *,
    cwd: pathlib.Path,
    environment: Mapping[str, str],
    writable: Sequence[pathlib.Path] = (),
    timeout: float,
) -> Outcome:
    """Boots, runs the command, and gives its outcome; `timeout` seconds for all of it.

    The guest sees the host's files. What it writes is dropped, but in the folders `writable`.
    """
    with tempfile.TemporaryDirectory(prefix="guest-") as name:
        control = pathlib.Path(name)
        exports = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in environment.items())
        (control / "command.sh").write_text(f"{exports}cd {shlex.quote(str(cwd))} && exec {shlex.join(command)}\n")
        (control / "session.sh").write_bytes((HERE / "session.sh").read_bytes())
        (control / "modules").write_text(str(kernel.modules))
        for number, folder in enumerate(writable):
            (control / f"writable{number}").write_text(str(folder.resolve()))
        return boot(arguments(kernel, control, writable), control / "console", timeout)


def arguments(kernel: Kernel, control: pathlib.Path, writable: Sequence[pathlib.Path]) -> list[str]:
    qemu = [
        "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max,-la57", "-m", str(MEMORY), "-smp", str(CPUS),
        "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", f"file:{control}/console",
        "-kernel", str(kernel.vmlinux), "-initrd", str(kernel.initrd), "-append", KERNEL_LINE,
        "-device", "virtio-rng-pci", "-device", "virtio-serial-pci",
    ]  # fmt: skip
    qemu += shared("host", pathlib.Path("/"), "readonly=on") + shared("control", control, "readonly=on")
    for number, folder in enumerate(writable):
        qemu += shared(f"writable{number}", folder.resolve())
    return qemu


def shared(tag: str, folder: pathlib.Path, *options: str) -> list[str]:
    device = ",".join(["local", f"id={tag}", f"path={folder}", "security_model=none", "multidevs=remap", *options])
    return ["-fsdev", device, "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]


def boot(qemu: list[str], console: pathlib.Path, timeout: float) -> Outcome:
    output, status = Port("output", 0), Port("status", 1)
    ports = (output, status)
    process = subprocess.Popen(
        [*qemu, *output.arguments, *status.arguments],
        stdin=subprocess.DEVNULL,
        pass_fds=[port.write_end for port in ports],
        preexec_fn=die_with_parent(),
    )
    for port in ports:
        port.start()
    timed_out = False
    try:
        process.wait(timeout)
    except subprocess.TimeoutExpired:
        timed_out = True
    finally:
        process.kill()
        process.wait()
    for port in ports:
        port.join()
    told = status.text().strip()
    return Outcome(
        status=int(told) if told.isdigit() else None,
        output=output.text(),
        console=console.read_text(errors="replace") if console.exists() else "",
        timed_out=timed_out,
    )


class Port:
    """A serial port of the guest that ends in a pipe; read by a thread, or the guest would wait."""

    def __init__(self, name: str, number: int) -> None:
        self._read_end, self.write_end = os.pipe()
        self._received = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self.arguments = [
            "-add-fd", f"fd={self.write_end},set={number}",
            "-chardev", f"file,id={name},path=/dev/fdset/{number},append=on",
            "-device", f"virtserialport,chardev={name},name={name}",
        ]  # fmt: skip

    def start(self) -> None:
        """To be called when the machine has the write end: the pipe ends when the machine does."""
        os.close(self.write_end)
        self._thread.start()

    def _read(self) -> None:
        while part := os.read(self._read_end, 1 << 16):
            self._received += part
        os.close(self._read_end)

    def join(self) -> None:
        self._thread.join()

    def text(self) -> str:
        return self._received.decode(errors="replace")


def die_with_parent() -> Callable[[], None]:
    libc = ctypes.CDLL(None)  # loaded here: a child of fork() can do little
    set_death_signal = 1  # PR_SET_PDEATHSIG
    return lambda: libc.prctl(set_death_signal, signal.SIGKILL)
