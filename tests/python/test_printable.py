"""What the demos print of names that programs and files may have, in both languages."""

from __future__ import annotations

import importlib.util
import os
import pathlib
import subprocess
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ["AIOBPF_BPF_OBJECT_DIR"]).parent / "printable_names"

HOSTILE = [
    (b"/bin/true", "/bin/true"),
    ("größer/имя/名前/🐝".encode(), "größer/имя/名前/🐝"),
    (b"new\nline\ttab\rreturn", r"new\nline\ttab\rreturn"),
    (b"\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
    (b"\x1b]0;title\x07", r"\x1b]0;title\x07"),
    (b"delete\x7f", r"delete\x7f"),
    ("C1 CSI \x9b31m".encode(), r"C1 CSI \x9b31m"),
    (b"raw C1 CSI \x9b31m", r"raw C1 CSI \x9b31m"),
    ("C1 OSC \x9d and NEL \x85".encode(), r"C1 OSC \x9d and NEL \x85"),
    ("right to left \u202egpj.exe".encode(), r"right to left \u202egpj.exe"),
    ("isolates \u2066a\u2069, marks \u200e\u200f\u061c".encode(), r"isolates \u2066a\u2069, marks \u200e\u200f\u061c"),
    ("zero width \u200b\u200d\ufeff, soft hyphen \xad".encode(), r"zero width \u200b\u200d\ufeff, soft hyphen \xad"),
    ("no-break\xa0space, line\u2028paragraph\u2029".encode(), r"no-break\xa0space, line\u2028paragraph\u2029"),
    ("tags \U000e0041, private \ue000\U000f0000".encode(), r"tags \U000e0041, private \ue000\U000f0000"),
    (b"\xff\xfe\x80", r"\xff\xfe\x80"),
    (b"cut \xe2\x82", r"cut \xe2\x82"),
    (b"cut \xf0\x9f\x92 in the middle", r"cut \xf0\x9f\x92 in the middle"),
    (b"overlong \xc0\xaf \xe0\x80\xaf", r"overlong \xc0\xaf \xe0\x80\xaf"),
    (b"surrogate \xed\xa0\x80", r"surrogate \xed\xa0\x80"),
    (b"beyond \xf4\x90\x80\x80", r"beyond \xf4\x90\x80\x80"),
    (b"", ""),
]


def in_python() -> Callable[[list[bytes]], list[str]]:
    spec = importlib.util.spec_from_file_location("demo", REPOSITORY / "examples/exec_watch/exec_watch.py")
    assert spec is not None and spec.loader is not None
    demo: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(demo)
    return lambda names: [demo.printable(name) for name in names]


def in_cpp(names: list[bytes]) -> list[str]:
    given = b"".join(name + b"\0" for name in names)
    done = subprocess.run([PROGRAM], input=given, capture_output=True, check=True, timeout=60)
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("printable", [in_python(), in_cpp], ids=["python", "cpp"])
def test_hostile_names_are_escaped(printable: Callable[[list[bytes]], list[str]]) -> None:
    assert printable([name for name, _ in HOSTILE]) == [escaped for _, escaped in HOSTILE]


def is_assigned(character: str) -> bool:
    """Of the others Python knows more from version to version."""
    return unicodedata.category(character) not in ("Cn", "Cs")


def test_both_agree_on_every_character() -> None:
    names = [c.encode() for c in map(chr, range(1, 0x110000)) if is_assigned(c)]
    assert in_cpp(names) == in_python()(names)


def test_both_agree_on_every_pair_of_bytes() -> None:
    pairs = [bytes((a, b)) for a in range(1, 256) for b in range(1, 256)]
    names = [pair for pair in pairs if all(map(is_assigned, pair.decode(errors="ignore")))]
    assert in_cpp(names) == in_python()(names)
