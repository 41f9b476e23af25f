"""python -m aiobpf.compiler programs.py [-o programs.bpf.o] [--emit c]"""

from __future__ import annotations

import argparse
import importlib.util
import linecache
import pathlib
import shutil
import sys
from types import ModuleType

from aiobpf.compiler.build import to_c, to_object
from aiobpf.compiler.errors import CompileError, CompilerMissingError


def load_module(path: pathlib.Path) -> ModuleType:
    """The module in a file. It is imported, not run as __main__."""
    name = path.stem.replace(".", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.parent.resolve()))
    spec.loader.exec_module(module)
    return module


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m aiobpf.compiler", description="Compiles BPF programs in Python.")
    parser.add_argument("file", type=pathlib.Path, help="a Python file with @bpf.program functions")
    parser.add_argument("-o", "--output", type=pathlib.Path, help="where to (else beside the file, as .bpf.o)")
    parser.add_argument(
        "--emit", choices=["object", "c"], default="object", help="what to write; c: to stdout without -o"
    )
    parser.add_argument("--clang", help="the clang to use")
    given = parser.parse_args(arguments)
    linecache.checkcache()
    try:
        module = load_module(given.file)
        if given.emit == "c":
            text = to_c(module)
            given.output.write_text(text) if given.output else sys.stdout.write(text)
        else:
            output = given.output or given.file.with_suffix(".bpf.o")
            shutil.copyfile(to_object(module, compiler=given.clang), output)
    except CompileError as error:
        _show(error)
        return 1
    except CompilerMissingError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _show(error: CompileError) -> None:
    """As compilers do: where, what, the line, a caret."""
    print(f"{error}", file=sys.stderr)
    if error.text:
        print(f"    {error.text.rstrip()}", file=sys.stderr)
        width = max((error.end_offset or 0) - (error.offset or 1), 1)
        print("    " + " " * ((error.offset or 1) - 1) + "^" * width, file=sys.stderr)
    for note in getattr(error, "__notes__", []):
        print(note, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
