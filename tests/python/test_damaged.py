"""Damaged objects: what comes out is a BpfError. Exhaustively in tests/unit/bpf/damaged_object_test.cpp."""

import pathlib
import pickle
import random
import subprocess
import sys

import aiobpf
from aiobpf._event_type import make_event_type
from btf import struct_of_enumeration

VARIANTS = 400


# In a child: what a damaged file does to libbpf is no verdict on the tests around.
def test_only_a_bpf_error_comes_out(objects: pathlib.Path) -> None:
    done = subprocess.run([sys.executable, __file__, str(objects)], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "read" in done.stdout and "refused" in done.stdout


# C has no reserved names for them.
def test_enumerators_that_pythons_enum_keeps_for_itself_are_numbers() -> None:
    painted = struct_of_enumeration("painted", "colour", 4, mro=1, __init__=2)
    event = make_event_type(painted)(b"\x01\0\0\0")
    assert event.colour == 1


def damage(whole: bytes, dice: random.Random) -> bytes:
    at = whole.index(b"\x9f\xeb\x01\0")  # the magic that .BTF begins with
    damaged = bytearray(whole)
    for _ in range(dice.randint(1, 4)):
        damaged[dice.randrange(at + 24, at + 6000)] = dice.randrange(256)
    return bytes(damaged)


def read(path: pathlib.Path) -> str:
    try:
        file = aiobpf.open(path)
    except aiobpf.BpfError:
        return "refused"
    file.program_names()
    file.map_names()
    for name in ("numbered", "nested", "flat", "with_wide_enum", "with_nested", "with_bitfields", "with_anonymous"):
        try:
            event_type = file.event_type(name)
            event = event_type(bytes(file._raw.type(name.encode()).size))
            assert event == pickle.loads(pickle.dumps(event))
            repr(event._asdict())
            repr(event_type.dtype)
        except aiobpf.BpfError:
            pass
    try:
        file.set_rodata("answer", bytes(4))
    except aiobpf.BpfError:
        pass
    return "read"


def main() -> None:
    import tempfile

    seen = set()
    with tempfile.NamedTemporaryFile(suffix=".bpf.o", dir="/dev/shm") as file:
        path = pathlib.Path(file.name)
        for name in ("emit", "shapes"):
            whole = (pathlib.Path(sys.argv[1]) / f"{name}.bpf.o").read_bytes()
            for seed in range(VARIANTS):
                path.write_bytes(damage(whole, random.Random(seed)))
                try:
                    seen.add(read(path))
                except BaseException as error:
                    raise AssertionError(f"{name}, seed {seed}") from error
    print(seen)


if __name__ == "__main__":
    main()
