"""python -m aiobpf.gen exec.bpf.o [-o folder] [--name exec_bpf]: the code that uses an object.

It writes exec_bpf.hpp for C++, exec_bpf.py for Python, and exec_bpf.pyi for type checkers and editors. Each carries
the object. The program aiobpf-gen, which comes with the C++ library, does the same.

    import exec_bpf

    with exec_bpf.load(rodata={"min_uid": 1000}) as obj:
        obj.programs["on_exec"].attach()
        async with aiobpf.BpfRingBuffer(obj.maps["events"], exec_bpf.exec_event) as rb:
            async for event in rb:
                print(event.pid)                    # an int, as type checkers know
        exec_bpf.exec_event.dtype                   # NumPy's
"""

from __future__ import annotations

import argparse
import pathlib
import sys

from aiobpf import _aiobpf
from aiobpf._errors import BpfError


def write(object: pathlib.Path, folder: pathlib.Path, name: str | None = None) -> list[pathlib.Path]:
    """Writes what uses an object into a folder; returns the paths. name: else exec_bpf for exec.bpf.o.

        aiobpf.gen.write(pathlib.Path("exec.bpf.o"), pathlib.Path("build"))

    Raises BpfError (not a BPF object, or a name that is not an identifier of C), OSError.
    """
    name = _aiobpf.skeleton_name(str(object)) if name is None else name
    texts = _aiobpf.make_skeleton(object.read_bytes(), object.name, name)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}{suffix}" for suffix in (".hpp", ".py", ".pyi")]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m aiobpf.gen", description="Writes the code that uses a compiled BPF object: C++, Python, types."
    )
    parser.add_argument("object", type=pathlib.Path, help="exec.bpf.o")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path(), help="the folder (this one)")
    parser.add_argument("--name", help="of the namespace and the module (exec_bpf for exec.bpf.o)")
    given = parser.parse_args(arguments)
    try:
        write(given.object, given.output, given.name)
    except (BpfError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
