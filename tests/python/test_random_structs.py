"""Events agree with what a C program has read from the same structs."""

import asyncio
import os
import pathlib
import pickle
import shutil
import struct
import subprocess
import sysconfig
from typing import Any

import aiobpf
import aiobpf.gen
import numpy as np
import pytest
from random_structs import PRELUDE, Maker, Scalar, Struct, program

STRUCTS = 30  # of a seed
ROUNDS = 4  # of each struct, with other bytes

CLANG = next(filter(None, map(shutil.which, ("clang", "clang-14", "clang-16", "clang-19"))), "clang")


def compiled(structs: list[Struct], folder: pathlib.Path) -> pathlib.Path:
    source = folder / "random.bpf.c"
    source.write_text(PRELUDE + "\n".join(map(program, structs)))
    target = folder / "random.bpf.o"
    arch = sysconfig.get_config_var("MULTIARCH")
    subprocess.run(
        [CLANG, "-g", "-O2", "-Wall", "-Wno-address-of-packed-member", "-Wno-missing-declarations", "-Wno-gnu",
         "-target", "bpf", f"-I{aiobpf.get_include()}", "-idirafter", f"/usr/include/{arch}",
         "-c", str(source), "-o", str(target)],
        check=True,
    )  # fmt: skip
    return target


async def records(obj: aiobpf.BpfObject, tag: str) -> list[Any]:
    async with aiobpf.BpfRingBuffer(obj.maps["events"], f"record_{tag}", driver="inline") as rb:
        for seed in range(ROUNDS):
            assert obj.program(f"emit_{tag}").run(struct.pack("<Q", seed)) == 0
        return [await rb.get() for _ in range(ROUNDS)]


def check_rows(event: Any) -> None:
    """The same by NumPy, where it has a dtype for it."""
    cls: Any = type(event)
    try:
        dtype = cls.dtype
    except aiobpf.BpfUnsupportedError:
        return
    row = np.frombuffer(event, dtype)[0]
    for name in cls._fields:
        value = getattr(event, name)
        if isinstance(value, int):
            assert row[name] == value


@pytest.mark.kernel
@pytest.mark.parametrize("seed", range(6))
def test_every_leaf_is_what_the_compiler_has_read(tmp_path: pathlib.Path, seed: int) -> None:
    maker = Maker(seed)
    structs = [maker.struct() for _ in range(STRUCTS)]
    with aiobpf.load(compiled(structs, tmp_path)) as obj:
        for one in structs:
            for event in asyncio.run(records(obj, one.tag)):
                leaves = iter(event.leaves)
                try:
                    one.check(event.value, leaves)
                except AssertionError as error:
                    raise AssertionError(f"{one.define()}\n{event}") from error
                assert type(event.value)._fields == tuple(one.field_names())
                assert repr(event.value).startswith(f"{one.tag}(")
                assert bytes(pickle.loads(pickle.dumps(event.value))) == bytes(event.value)
                check_rows(event.value)


@pytest.mark.parametrize("seed", range(4))
def test_their_skeletons_compile_with_the_same_layout(tmp_path: pathlib.Path, seed: int) -> None:
    maker = Maker(seed)
    structs = [maker.struct() for _ in range(STRUCTS)]
    header, _, stub = aiobpf.gen.write(compiled(structs, tmp_path), tmp_path)
    include = pathlib.Path(__file__).parents[2] / "include"
    subprocess.run(
        ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{include}",
         "-x", "c++", "-include", header, os.devnull],
        check=True,
    )  # fmt: skip
    text = header.read_text()
    for one in structs:
        assert f"static_assert(sizeof({one.tag}) == " in text
    compile(stub.read_text(), stub, "exec", dont_inherit=True)  # it is Python


def test_the_structs_have_all_there_is() -> None:
    """So that the test above cannot come to check nothing."""
    text = "".join(Maker(seed).struct().define() for seed in range(300))
    for part in (
        "union s",
        "union  {",
        "struct s",
        "struct  {",
        " : ",
        "packed",
        "float",
        "enum tiny",
        "__int128",
        "(*f",
        "][",
        "_Bool f",
    ):
        assert part in text
    assert Scalar("__u8", 3).declare("f") == "__u8 f : 3;"
