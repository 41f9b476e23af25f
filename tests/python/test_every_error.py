"""Each class of errors is provoked for real, and its text says what to do next."""

from __future__ import annotations

import asyncio
import ctypes
import os
import pathlib
import pickle
import re
import shutil
from collections.abc import Callable

import aiobpf
import pytest

OBJECTS = pathlib.Path(os.environ["AIOBPF_BPF_OBJECT_DIR"])
EMIT = OBJECTS / "emit.bpf.o"


NOBODY = 65534

pytestmark = pytest.mark.kernel


class Short(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint64),)


def missing_file(folder: pathlib.Path) -> None:
    aiobpf.load(folder / "missing.bpf.o")


def directory(folder: pathlib.Path) -> None:
    aiobpf.load(folder)


def below_a_file(folder: pathlib.Path) -> None:
    (folder / "file").touch()
    aiobpf.load(folder / "file" / "x.bpf.o")


def loop(folder: pathlib.Path) -> None:
    (folder / "loop").symlink_to(folder / "loop")
    aiobpf.load(folder / "loop")


def no_object(folder: pathlib.Path) -> None:
    (folder / "text.bpf.o").write_text("text")
    aiobpf.load(folder / "text.bpf.o")


def rejected(_: pathlib.Path) -> None:
    aiobpf.load(OBJECTS / "rejected.bpf.o")


def nowhere(_: pathlib.Path) -> None:
    with aiobpf.load(EMIT) as obj:
        obj.program("count_calls").attach_raw_tracepoint("no_such_tracepoint")


def full_map(_: pathlib.Path) -> None:
    with aiobpf.load(EMIT, max_entries={"table": 1}) as obj:
        table = obj.maps["table"]
        table[bytes(4)] = bytes(8)
        table[bytes(3) + b"\1"] = bytes(8)


def no_ring(_: pathlib.Path) -> None:
    with aiobpf.load(EMIT) as obj:
        aiobpf.BpfRingBuffer(obj.maps["table"], print)


def no_such_name(_: pathlib.Path) -> None:
    with aiobpf.load(EMIT) as obj:
        obj.program("emti")


def no_fit(_: pathlib.Path) -> None:
    with aiobpf.load(EMIT) as obj:
        obj.register_type("numbered", Short)


def closed(_: pathlib.Path) -> None:
    with aiobpf.load(EMIT) as obj:
        pass
    obj.program("emit")


def busy(_: pathlib.Path) -> None:
    async def main() -> None:
        async with aiobpf.BpfRingBuffer(aiobpf.MemoryRing(4096)) as rb:
            waiting = asyncio.create_task(rb.get())
            await asyncio.sleep(0)
            try:
                await rb.get()
            finally:
                waiting.cancel()

    asyncio.run(main())


def unsupported(_: pathlib.Path) -> None:
    with aiobpf.load(EMIT) as obj:
        obj.program("emit").attach()


def wrong_context(_: pathlib.Path) -> None:
    with aiobpf.load(EMIT) as obj:
        obj.program("emit").run(bytes(3))


def as_nobody(use: Callable[[], None]) -> None:
    """Raises what a child without privilege raised."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            use()
        except BaseException as error:
            os.write(writing, pickle.dumps(error))
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    raise pickle.loads(said)


def copy_for_all(folder: pathlib.Path, mode: int) -> pathlib.Path:
    for one in (folder, *folder.parents[:2]):  # pytest's own are for us alone
        one.chmod(0o755)
    copy = pathlib.Path(shutil.copy(EMIT, folder))
    copy.chmod(mode)
    return copy


def unreadable(folder: pathlib.Path) -> None:
    path = copy_for_all(folder, 0o600)
    as_nobody(lambda: aiobpf.open(path) and None)


def unprivileged(folder: pathlib.Path) -> None:
    path = copy_for_all(folder, 0o644)
    as_nobody(lambda: aiobpf.load(path).close())


def not_c(folder: pathlib.Path) -> None:
    (folder / "x.bpf.c").write_text("int main(\n")
    aiobpf.compile(folder / "x.bpf.c")


def no_clang(folder: pathlib.Path) -> None:
    (folder / "x.bpf.c").write_text("int x;\n")
    aiobpf.compile(folder / "x.bpf.c", compiler="no-such-clang")


def no_event(_: pathlib.Path) -> None:
    aiobpf.trace("openat")


Provoke = Callable[[pathlib.Path], None]
#: What each is provoked by, and what its text says to do, or to look at.
PROVOKED: list[tuple[type[aiobpf.BpfError], Provoke, str]] = [
    (aiobpf.BpfFileNotFoundError, missing_file, r"open .*/missing\.bpf\.o: No such file"),
    (aiobpf.BpfIsADirectoryError, directory, "open .*: Is a directory"),
    (aiobpf.BpfNotADirectoryError, below_a_file, r"open .*/file/x\.bpf\.o: Not a directory"),
    (aiobpf.BpfFileError, loop, "open .*/loop: Too many levels of symbolic links"),
    (aiobpf.BpfFilePermissionError, unreadable, r"open .*/emit\.bpf\.o: Permission denied"),
    (aiobpf.BpfLoadError, no_object, "compile it with clang -g -O2 -target bpf"),
    (aiobpf.BpfVerifierError, rejected, "program 'unchecked': the verifier refused it; its log says why"),
    (aiobpf.BpfAttachError, nowhere, "see events/ in tracefs"),
    (aiobpf.BpfMapError, full_map, r"it is full: set_max_entries\(\) before load"),
    (aiobpf.BpfMapError, no_ring, "the map is a 'hash'; a BPF_MAP_TYPE_RINGBUF is needed"),
    (aiobpf.BpfNotFoundError, no_such_name, "there are: emit, "),
    (aiobpf.BpfPermissionError, unprivileged, "CAP_BPF"),
    (aiobpf.BpfSyscallError, wrong_context, "pass as many bytes"),
    (aiobpf.BtfValidationError, no_fit, r"field check \(offset 8, 8 bytes\) .* is missing here: add it"),
    (aiobpf.BpfExpressionError, no_event, "an event is category:name, as in sched:sched_process_exec"),
    (aiobpf.BpfClosedError, closed, "use it within its `with` block, or load it again"),
    (aiobpf.BpfBusyError, busy, "one at a time"),
    (aiobpf.BpfUnsupportedError, unsupported, r"run\(\) it: a syscall program is not attached"),
    (aiobpf.CompileError, not_c, r"x\.bpf\.c:1:10: expected parameter declarator"),
    (aiobpf.CompilerMissingError, no_clang, "apt-get install clang, or pip install"),
]


@pytest.mark.parametrize(("cls", "provoke", "says"), PROVOKED, ids=[one[1].__name__ for one in PROVOKED])
def test_its_text_says_what_to_do_next(
    cls: type[aiobpf.BpfError], provoke: Provoke, says: str, tmp_path: pathlib.Path
) -> None:
    with pytest.raises(aiobpf.BpfError) as caught:
        provoke(tmp_path)
    assert type(caught.value) is cls
    assert re.search(says, str(caught.value))


def subclasses(cls: type[aiobpf.BpfError]) -> set[type[aiobpf.BpfError]]:
    return {cls}.union(*map(subclasses, cls.__subclasses__()))


def test_every_class_is_provoked() -> None:
    public = {getattr(aiobpf, name) for name in aiobpf.__all__}
    classes = {one for one in subclasses(aiobpf.BpfError) if one in public} - {aiobpf.BpfError}
    assert classes == {cls for cls, _, _ in PROVOKED}


def test_notes_and_suggestions_are_there(tmp_path: pathlib.Path) -> None:
    with pytest.raises(aiobpf.CompileError) as compiled:
        not_c(tmp_path)
    assert "error: expected parameter declarator" in compiled.value.__notes__[0]
    with pytest.raises(aiobpf.BtfValidationError) as validated:
        no_fit(tmp_path)
    assert "add it" in validated.value.suggestions
