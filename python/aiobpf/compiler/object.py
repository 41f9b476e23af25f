"""What compiling gives."""

from __future__ import annotations

import pathlib

from aiobpf import _arguments
from aiobpf._errors import BpfVerifierError
from aiobpf._object import BpfObject
from aiobpf._object_file import BpfObjectFile
from aiobpf.compiler.build import Programs, to_object
from aiobpf.compiler.explain import explain


class CompiledFile(BpfObjectFile):
    """An object that was compiled from Python. When the verifier refuses it, the error has a note in Python's terms."""

    def __init__(self, path: pathlib.Path) -> None:
        super().__init__(path)
        self.path = path

    def load(self) -> BpfObject:
        """As BpfObjectFile.load()."""
        try:
            return super().load()
        except BpfVerifierError as error:
            if (note := explain(error.verifier_log)) is not None:
                error.add_note(note)
            raise


def compile(*programs: Programs, license: str | None = None, compiler: str | None = None) -> CompiledFile:
    """Compiles programs into an object that is not yet loaded.

        with aiobpf.compile(on_exec, on_exit).load() as obj:
            obj.program("on_exec").attach()

    programs: functions with @bpf.program, modules that have some, or names of modules (`__name__`: all of this one).
    What they use is compiled with them: maps, globals, functions. Of a module, all of its maps and globals.
    license: else the module's LICENSE, else "GPL". compiler: a clang; else AIOBPF_CLANG, else one in PATH, else that
    of the ziglang wheel. What was compiled once is taken from the cache (AIOBPF_CACHE_DIR, else ~/.cache/aiobpf).

    Raises CompileError (a SyntaxError: Python shows the line), CompilerMissingError, TypeError.
    """
    if license is not None and not _arguments.text("license", license).isascii():
        raise ValueError("license must be ASCII: the kernel compares it")
    if compiler is not None:
        _arguments.text("compiler", compiler)
    return CompiledFile(to_object(*programs, license=license, compiler=compiler))
