"""What compiling gives."""

from __future__ import annotations

import os
import pathlib
import shutil
from collections.abc import Sequence
from typing import cast, overload

from aiobpf import _arguments
from aiobpf._errors import BpfVerifierError
from aiobpf._object import BpfObject
from aiobpf._object_file import BpfObjectFile
from aiobpf.compiler import c_source
from aiobpf.compiler.build import Programs, to_object
from aiobpf.compiler.explain import explain

#: Of a file or a folder.
Path = str | os.PathLike[str]


class CompiledFile(BpfObjectFile):
    """An object that was compiled; `path` is its file. When the verifier refuses one that was written in Python, the
    error has a note in Python's terms."""

    def __init__(self, path: pathlib.Path, *, explained: bool = True) -> None:
        super().__init__(path)
        self.path = path
        self._explained = explained

    def load(self) -> BpfObject:
        """As BpfObjectFile.load().

        with aiobpf.compile("exec.bpf.c").load() as obj: ...
        """
        try:
            return super().load()
        except BpfVerifierError as error:
            if self._explained and (note := explain(error.verifier_log)) is not None:
                error.add_note(note)
            raise


@overload
def compile(
    source: Path,
    /,
    *,
    output: Path | None = None,
    options: Sequence[str] = (),
    vmlinux: Path | None = None,
    compiler: str | None = None,
) -> CompiledFile: ...
@overload
def compile(
    *programs: Programs, license: str | None = None, output: Path | None = None, compiler: str | None = None
) -> CompiledFile: ...
def compile(
    *programs: Programs | os.PathLike[str],
    license: str | None = None,
    output: Path | None = None,
    options: Sequence[str] = (),
    vmlinux: Path | None = None,
    compiler: str | None = None,
) -> CompiledFile:
    """Compiles a C source, or programs that are written in Python, into an object that is not yet loaded.

        with aiobpf.compile("exec.bpf.c").load() as obj:
            obj.program("on_exec").attach()
        with aiobpf.compile(on_exec, on_exit).load() as obj: ...

    source: the path of one C source: a path whose name ends in ".c". It may include "vmlinux.h", which is made from
    the running kernel's BTF, <aiobpf.bpf.h>, <bpf/bpf_helpers.h> and its like, and the system's <linux/...>.
    programs: functions with @bpf.program, modules that have some, or names of modules (`__name__`: all of this one).
    What they use is compiled with them: maps, globals, functions. Of a module, all of its maps and globals.
    output: where the object is written: a path, or a folder (one that is there, or ends in "/"). Else it is in the
    cache (AIOBPF_CACHE_DIR, else ~/.cache/aiobpf), whence programs in Python are taken when they were compiled before.
    options: of C, more for clang, as ["-DLIMIT=7", "-Iinclude"]. vmlinux: of C, a vmlinux.h of another kernel.
    license: of Python, else the module's LICENSE, else "GPL". compiler: a clang; else AIOBPF_CLANG, else one in PATH,
    else that of the ziglang wheel.

    Raises CompileError (a SyntaxError: Python shows the line; of C, all that clang said is its note),
    CompilerMissingError, BpfError (a kernel without BTF has no vmlinux.h), OSError, TypeError.
    """
    if compiler is not None:
        _arguments.text("compiler", compiler)
    if any(c_source.is_c_source(one) for one in programs):
        if len(programs) != 1 or license is not None:
            raise TypeError("a C source is compiled alone, and has its license inside: compile('exec.bpf.c')")
        source = pathlib.Path(cast(Path, programs[0]))
        return _of_c(source, output, options, None if vmlinux is None else pathlib.Path(vmlinux), compiler)
    if options or vmlinux is not None:
        raise TypeError("options and vmlinux are for C sources, whose names end in .c")
    if license is not None and not _arguments.text("license", license).isascii():
        raise ValueError("license must be ASCII: the kernel compares it")
    made = to_object(*cast("tuple[Programs, ...]", programs), license=license, compiler=compiler)
    if output is not None:
        to = c_source.object_path(made, output)
        to.parent.mkdir(parents=True, exist_ok=True)
        made = pathlib.Path(shutil.copyfile(made, to))
    return CompiledFile(made)


def _of_c(
    source: pathlib.Path,
    output: Path | None,
    options: Sequence[str],
    header: pathlib.Path | None,
    compiler: str | None,
) -> CompiledFile:
    if isinstance(options, str):
        raise TypeError(f"options is a sequence of options, as [{options!r}], not a str")
    to = c_source.cached_path(source, options) if output is None else c_source.object_path(source, output)
    c_source.compile_source(source, to, options=options, header=header, compiler=compiler)
    return CompiledFile(to, explained=False)
