"""BPF programs in C: aiobpf.compile() and python -m aiobpf.compile."""

from __future__ import annotations

import asyncio
import os
import pathlib
import shutil
import subprocess
import sys

import aiobpf
import pytest

SOURCE = """#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include <aiobpf.bpf.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
        u32 pid;
        u32 limit;
};
AIOBPF_EVENT_TYPE(struct event);

AIOBPF_RING(events, 4096);

#ifndef LIMIT
#define LIMIT 1
#endif

SEC("syscall")
int emit(void *ctx)
{
        struct task_struct *task = (struct task_struct *)bpf_get_current_task();
        struct event *event = AIOBPF_RESERVE(events, struct event);

        if (!event)
                return 1;
        event->pid = BPF_CORE_READ(task, tgid);
        event->limit = LIMIT;
        AIOBPF_SUBMIT(events, event);
        return 0;
}
"""

#: Those that this machine has; ziglang is always there.
CLANGS = [name for name in ("clang-14", "clang-19") if shutil.which(name)] + ["ziglang"]


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> pathlib.Path:
    """An empty cache."""
    monkeypatch.setenv("AIOBPF_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def source(tmp_path: pathlib.Path) -> pathlib.Path:
    path = tmp_path / "emit.bpf.c"
    path.write_text(SOURCE)
    return path


def command(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "aiobpf.compile", *map(str, arguments)],
        capture_output=True, text=True, check=False, env={**os.environ, **environment},
    )  # fmt: skip


def emitted(obj: aiobpf.BpfObject) -> tuple[int, int]:
    async def take() -> tuple[int, int]:
        async with aiobpf.BpfRingBuffer(obj.maps["events"], "event") as rb:
            event = await asyncio.wait_for(rb.get(), 30)
            return event.pid, event.limit

    assert obj.program("emit").run() == 0
    return asyncio.run(take())


@pytest.mark.kernel
@pytest.mark.parametrize("clang", CLANGS)
def test_a_source_with_the_kernels_types_compiles_and_runs(source: pathlib.Path, clang: str) -> None:
    with aiobpf.compile(source, compiler=clang).load() as obj:
        assert emitted(obj) == (os.getpid(), 1)


@pytest.mark.kernel
def test_options_are_clangs(source: pathlib.Path) -> None:
    with aiobpf.compile(str(source), options=["-DLIMIT=7"]).load() as obj:
        assert emitted(obj) == (os.getpid(), 7)


def test_an_object_that_nobody_named_is_in_the_cache(source: pathlib.Path, cache: pathlib.Path) -> None:
    made, other = aiobpf.compile(source), aiobpf.compile(source, options=["-DLIMIT=7"])
    assert made.path.name == other.path.name == "emit.bpf.o"
    assert made.path != other.path
    assert made.path.is_relative_to(cache) and made.path.is_file()
    assert not source.with_suffix(".o").exists()


@pytest.mark.parametrize("output", ["named.o", "there", "new/"])
def test_an_object_is_written_where_it_was_asked_for(source: pathlib.Path, output: str) -> None:
    (source.parent / "there").mkdir()
    wanted = source.parent / (output if output == "named.o" else f"{output}/emit.bpf.o")
    made = aiobpf.compile(source, output=f"{source.parent}/{output}")
    assert made.path == wanted
    assert aiobpf.open(wanted).program_names() == ["emit"]


def test_the_kernels_header_is_written_once(source: pathlib.Path, cache: pathlib.Path) -> None:
    aiobpf.compile(source)
    (header,) = cache.glob("vmlinux-*/vmlinux.h")
    made = header.stat().st_mtime_ns
    aiobpf.compile(source, options=["-DLIMIT=7"])
    assert header.stat().st_mtime_ns == made
    assert "struct task_struct {" in header.read_text()


def test_a_header_beside_the_source_comes_first(source: pathlib.Path) -> None:
    (source.parent / "vmlinux.h").write_text("#error ours\n")
    with pytest.raises(aiobpf.CompileError, match="ours"):
        aiobpf.compile(source)


def test_another_kernels_header_is_taken(source: pathlib.Path) -> None:
    other = source.parent / "other" / "vmlinux.h"
    other.parent.mkdir()
    other.write_text("#error another kernel\n")
    with pytest.raises(aiobpf.CompileError, match="another kernel"):
        aiobpf.compile(source, vmlinux=other)
    with pytest.raises(FileNotFoundError, match="is called vmlinux.h"):
        aiobpf.compile(source, vmlinux=source)


def test_an_error_keeps_the_line_of_clang(source: pathlib.Path) -> None:
    source.write_text(SOURCE.replace("return 0;", "return nothing;"))
    with pytest.raises(aiobpf.CompileError, match="use of undeclared identifier 'nothing'") as caught:
        aiobpf.compile(source)
    error = caught.value
    assert (error.filename, error.lineno, error.offset) == (str(source), 33, 16)
    assert error.text == "        return nothing;"
    assert "emit.bpf.c:33:16: error: use of undeclared identifier" in error.__notes__[0]
    assert not list(source.parent.glob("**/*.o*"))


@pytest.mark.parametrize(
    ("header", "hint"), [("linux/no_such.h", "apt-get install linux-libc-dev"), ("mine.h", "options=['-I")]
)
def test_a_missing_header_says_where_it_comes_from(source: pathlib.Path, header: str, hint: str) -> None:
    source.write_text(f"#include <{header}>\n" + SOURCE)
    with pytest.raises(aiobpf.CompileError, match=f"'{header}' file not found") as caught:
        aiobpf.compile(source)
    assert caught.value.hint is not None
    assert hint in caught.value.hint


def test_a_source_that_is_not_there_is_a_file_error() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere.bpf.c"):
        aiobpf.compile("nowhere.bpf.c")


def test_forms_are_not_mixed(source: pathlib.Path) -> None:
    with pytest.raises(TypeError, match="a C source is compiled alone"):
        aiobpf.compile(source, source)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="has its license inside"):
        aiobpf.compile(str(source), license="GPL")
    with pytest.raises(TypeError, match="options and vmlinux are for C sources"):
        aiobpf.compile("module", options=["-g"])
    with pytest.raises(TypeError, match="options is a sequence"):
        aiobpf.compile(source, options="-g")


def test_importing_the_command_leaves_the_function_in_place() -> None:
    import aiobpf.compile as imported

    assert imported is aiobpf.compile
    assert callable(aiobpf.compile)


def test_the_command_writes_beside_the_sources(source: pathlib.Path) -> None:
    other = source.with_name("other.c")
    shutil.copy(source, other)
    done = command(source, other, "-D", "LIMIT=3")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for made in ("emit.bpf.o", "other.bpf.o"):
        assert aiobpf.open(source.with_name(made)).program_names() == ["emit"]


def test_the_command_takes_a_folder_and_refuses_a_file_for_many(source: pathlib.Path) -> None:
    folder = source.parent / "build"
    assert command(source, "-o", f"{folder}/").returncode == 0
    assert (folder / "emit.bpf.o").is_file()
    done = command(source, source, "-o", source.parent / "one.o")
    assert done.returncode == 2
    assert "one.o is one file, and there are 2 sources: name a folder" in done.stderr


def test_the_command_shows_what_clang_says(source: pathlib.Path) -> None:
    source.write_text(SOURCE.replace("return 0;", "int unused; return 0;"))
    done = command(source)
    assert done.returncode == 0
    assert "warning: unused variable 'unused'" in done.stderr
    source.write_text(SOURCE.replace("return 0;", "return nothing;"))
    done = command(source)
    assert done.returncode == 1
    assert f"{source}:33:16: error: use of undeclared identifier 'nothing'" in done.stderr
    assert "\n1 error generated.\n" in done.stderr
    assert "Traceback" not in done.stderr
    done = command(source, AIOBPF_CLANG="no-such-clang")
    assert done.returncode == 2
    assert "apt-get install clang" in done.stderr
