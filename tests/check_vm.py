"""The virtual machines of scripts/test-kernels: what they are made of, and what becomes of a guest that dies."""

from __future__ import annotations

import pathlib
import sys
import xml.etree.ElementTree

import pytest
from build_tree import ROOT, run

VM = ROOT / "tests" / "vm"
sys.path.insert(0, str(VM))
import features  # noqa: E402
import initramfs  # noqa: E402
import kernel  # noqa: E402
import machine  # noqa: E402
import run as runner  # noqa: E402

CACHE = ROOT / "build" / "kernels"
PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def booted() -> kernel.Kernel:
    return kernel.prepare("6.12", CACHE)


def guest(booted: kernel.Kernel, script: str, timeout: float = 120, **options: object) -> machine.Outcome:
    return machine.run(
        booted, ["sh", "-c", script], cwd=pathlib.Path("/"), environment=PATH, timeout=timeout, **options
    )  # type: ignore[arg-type]


def test_a_guest_runs_another_kernel_as_root_on_the_hosts_files(booted: kernel.Kernel) -> None:
    outcome = guest(booted, f"uname -r; id -u; cat {ROOT}/LICENSE; ls /sys/fs/bpf; echo told >&2; exit 3")
    assert outcome.status == 3
    release, user, *rest = outcome.output.splitlines()
    assert release.startswith("6.12.") and release in booted.package
    assert user == "0"
    assert rest == [*(ROOT / "LICENSE").read_text().splitlines(), "told"]
    assert outcome.failure() == "exit status 3"


def test_what_a_guest_writes_is_dropped_but_in_folders_that_are_writable(
    booted: kernel.Kernel, tmp_path: pathlib.Path
) -> None:
    kept, dropped = tmp_path / "kept", tmp_path / "dropped"
    for folder in (kept, dropped):
        folder.mkdir()
    outcome = guest(booted, f"echo 1 > {kept}/file && echo 2 > {dropped}/file && cat {dropped}/file", writable=[kept])
    assert (outcome.status, outcome.output) == (0, "2\n")
    assert outcome.failure() == ""
    assert (kept / "file").read_text() == "1\n"
    assert list(dropped.iterdir()) == []


def test_a_panic_is_a_failure_with_the_consoles_end(booted: kernel.Kernel) -> None:
    outcome = guest(booted, "echo before; echo c > /proc/sysrq-trigger; sleep 100")
    assert outcome.status is None
    assert outcome.output == "before\n"
    reason, console = outcome.failure().split("\n", 1)
    assert reason == "the guest died; its console's end:"
    assert "Kernel panic" in console


def test_a_hang_is_a_failure_when_its_time_is_over(booted: kernel.Kernel) -> None:
    outcome = guest(booted, "while :; do sleep 1; done", timeout=5)
    assert outcome.status is None
    assert outcome.failure().startswith("the guest did not end in time; its console's end:\n")


def test_only_the_end_of_a_long_console_is_told() -> None:
    outcome = machine.Outcome(status=None, output="", console="x" * 100_000 + "the end", timed_out=True)
    assert outcome.failure().endswith("xthe end")
    assert len(outcome.failure()) < 5000


def test_a_guest_that_died_is_one_failure_of_the_sum(tmp_path: pathlib.Path) -> None:
    (tmp_path / "results").mkdir()
    died = machine.Outcome(status=None, output="", console="Oops \x00", timed_out=False)
    job = runner.Job("kernel_link_test", ["link_test"], {}, 1)
    runner.write_summary(tmp_path / "ctest.xml", [runner.Result(job, died, 1.0)])
    xml.etree.ElementTree.parse(tmp_path / "ctest.xml")
    done = run(sys.executable, ROOT / "tests" / "support" / "add_up.py", tmp_path)
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"


def test_a_kernel_that_is_not_known_is_a_usage_error(tmp_path: pathlib.Path) -> None:
    done = run(sys.executable, VM / "run.py", tmp_path, CACHE, "5.4")
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "run.py: error: no kernel '5.4': there are 6.12, 6.1"


def test_an_archive_has_the_layout_of_newc() -> None:
    archive = initramfs.cpio([("a", initramfs.FILE, b"12345")])
    assert archive[:6] == b"070701"
    assert int(archive[54:62], 16) == 5  # the content's size
    assert int(archive[94:102], 16) == 2  # the name's, with its end
    assert archive[110:112] == b"a\0" and archive[112:117] == b"12345"
    assert len(archive) % 4 == 0 and b"TRAILER!!!" in archive


def test_modules_are_loaded_after_what_they_depend_on(tmp_path: pathlib.Path) -> None:
    depends = {"top": "left-side,right", "left_side": "base", "right": "base,built_in", "base": "", "other": ""}
    paths = {}
    for name, needs in depends.items():
        paths[name] = tmp_path / f"{name}.ko"
        paths[name].write_bytes(b"\0license=GPL\0depends=" + needs.encode() + b"\0")
    assert list(initramfs.in_load_order(paths, ["top"])) == ["base", "left_side", "right", "top"]


def test_the_document_shows_what_was_recorded() -> None:
    assert list(features.recorded()) == list(kernel.META_PACKAGES)
    assert features.shown() == features.table(features.recorded())


def test_a_kernel_that_is_not_as_recorded_is_told() -> None:
    seen = {**features.recorded()["6.1"], "tcx": "yes", "new": "no"}
    assert features.differences("6.1", seen) == ["new: no, recorded: nothing", "tcx: yes, recorded: no"]
