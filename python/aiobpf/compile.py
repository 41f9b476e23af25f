"""python -m aiobpf.compile exec.bpf.c programs.py [-o build/]: BPF programs, in C or in Python, to objects.

The function aiobpf.compile() does the same in a program.
"""

from __future__ import annotations

import argparse
import linecache
import pathlib
import sys

from aiobpf._errors import BpfError
from aiobpf.compiler import c_source
from aiobpf.compiler.build import to_c
from aiobpf.compiler.errors import CompileError, CompilerMissingError
from aiobpf.compiler.load_module import load_module
from aiobpf.compiler.object import compile

DESCRIPTION = """
Compiles BPF programs, in C (.c) or in Python (.py), to objects. C may include "vmlinux.h", which is made from the
running kernel's BTF, <aiobpf.bpf.h>, and libbpf's <bpf/bpf_helpers.h> and its like.
"""


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m aiobpf.compile", description=DESCRIPTION)
    parser.add_argument("sources", nargs="+", metavar="source", type=pathlib.Path, help="exec.bpf.c, or programs.py")
    parser.add_argument("-o", "--output", help="a file, or a folder, which ends in / (beside the source)")
    parser.add_argument(
        "--emit", choices=["object", "c"], default="object", help="of Python, what to write; c: to stdout without -o"
    )
    parser.add_argument("--clang", help="the clang to use")
    parser.add_argument("--vmlinux", type=pathlib.Path, help="of C: a vmlinux.h of another kernel than this one")
    for letter, what in (("D", "a macro"), ("I", "a folder of headers")):
        parser.add_argument(f"-{letter}", action="append", default=[], metavar=letter, help=f"of C: {what}, for clang")
    options = parser.parse_args(given)
    is_folder = options.output and (options.output.endswith("/") or pathlib.Path(options.output).is_dir())
    if len(options.sources) > 1 and options.output and not is_folder:
        count = len(options.sources)
        parser.error(f"-o {options.output} is one file, and there are {count} sources: name a folder, with /")
    return options


def _compile(source: pathlib.Path, options: argparse.Namespace) -> None:
    output = c_source.object_path(source, options.output)
    if c_source.is_c_source(source):
        more = [*(f"-D{macro}" for macro in options.D), *(f"-I{folder}" for folder in options.I)]
        said = c_source.compile_source(source, output, options=more, header=options.vmlinux, compiler=options.clang)
        sys.stderr.write(said)
        return
    module = load_module(source)
    if options.emit == "object":
        compile(module, output=output, compiler=options.clang)
    elif options.output:
        output.write_text(to_c(module))
    else:
        sys.stdout.write(to_c(module))


def main(arguments: list[str] | None = None) -> int:
    options = _arguments(arguments)
    linecache.checkcache()
    failed = 0
    for source in options.sources:
        try:
            _compile(source, options)
        except CompileError as error:
            _show(error, c_source.is_c_source(source))
            failed = failed or 1
        except (CompilerMissingError, BpfError, OSError) as error:
            print(error, file=sys.stderr)
            return 2
    return failed


def _show(error: CompileError, is_c: bool) -> None:
    """As compilers do: where, what, the line, a caret; of C it is clang that says so."""
    notes: list[str] = getattr(error, "__notes__", [])
    if not is_c:
        print(f"{error}", file=sys.stderr)
        if error.text:
            print(f"    {error.text.rstrip()}", file=sys.stderr)
            width = max((error.end_offset or 0) - (error.offset or 1), 1)
            print("    " + " " * ((error.offset or 1) - 1) + "^" * width, file=sys.stderr)
    elif not notes:
        print(error, file=sys.stderr)
    for note in sorted(notes, key=lambda one: is_c and one.startswith("hint: ")):
        print(note, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
else:
    sys.modules[__name__] = compile  # type: ignore[assignment]  # `import aiobpf.compile` leaves the function in place
