"""Reads every #include in include/, src/ and python/ and finds the floors that reach up.

    bpf  <--  rings  <--------  sources  <--  sinks, probes  <--  cli, python
    bpf, records  <--  loop  <--/

A floor may include what is below it. libbpf's headers are in src/bpf/*.cpp alone: a public header that
included them would make every user need them. The loop's floor does not reach the sources: a new kind of source
changes nothing there. The cases below also prove that a violation is found.
"""

from __future__ import annotations

import pathlib
import re

import pytest
from build_tree import ROOT

# What each floor may include of ours, itself left out.
BELOW = {
    "bpf": set(),
    "rings": {"bpf"},
    "records": set(),
    "gen": {"bpf"},
    "loop": {"bpf", "records"},
    "sources": {"bpf", "rings", "records", "loop"},
    "sinks": {"bpf", "rings", "records", "loop", "sources"},
    "probes": {"bpf", "rings", "records", "loop", "sources"},
    "cli": {"bpf", "gen", "rings", "records", "loop", "sources", "sinks", "probes"},
    "python": {"bpf", "gen", "rings", "records", "loop", "sources", "sinks", "probes"},
}
# Headers from elsewhere that a floor does without, by how they begin.
FORBIDDEN = {
    "bpf": {
        "boost/asio": "Asio is the loop's",
        "boost/python": "Python is python/'s",
        "boost/thread": "the bpf floor has no threads",
        "thread": "the bpf floor has no threads",
        "condition_variable": "the bpf floor has no threads",
        "future": "the bpf floor has no threads",
        "pthread.h": "the bpf floor has no threads",
    },
    "rings": {"boost/asio": "Asio is the loop's", "thread": "the rings floor has no threads"},
    "records": {
        "boost/": "the records floor has no dependencies",
        "thread": "the records floor has no threads",
        "Python.h": "Python is python/'s",
    },
    "gen": {
        "boost/asio": "Asio is the loop's",
        "boost/python": "Python is python/'s",
        "thread": "the gen floor has no threads",
        "Python.h": "Python is python/'s",
    },
    "loop": {"boost/python": "Python is python/'s", "Python.h": "Python is python/'s"},
    "sources": {"boost/python": "Python is python/'s", "Python.h": "Python is python/'s"},
    "sinks": {"boost/python": "Python is python/'s", "Python.h": "Python is python/'s"},
    "probes": {"boost/python": "Python is python/'s", "Python.h": "Python is python/'s"},
    "cli": {"boost/python": "Python is python/'s", "Python.h": "Python is python/'s"},
    "python": {},
}
#: Where one file may: forking is no thread, and declared there (pthread_atfork).
ALLOWED = {("src/bpf/fork_guard.cpp", "pthread.h")}
LIBBPF = re.compile(r"bpf/(bpf|btf|libbpf\w*|bpf_\w+|skel_internal|usdt\.bpf)\.h")
INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]+>|"[^"]+")')
SOURCES = {".hpp", ".cpp", ".h", ".c", ".ipp"}


def begins_with(header: str, prefix: str) -> bool:
    return header == prefix or header.startswith((prefix if prefix.endswith("/") else prefix + "/", prefix + "."))


def floor_of(relative: pathlib.PurePath) -> str | None:
    """The floor a file is on, by its path below the project; None when it is on none."""
    parts = relative.parts
    if parts[0] == "python":
        return "python"
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if parts[:2] == ("include", "aiobpf") and len(parts) > 3:
        return parts[2]
    return None


def target_floor(relative: pathlib.PurePath, header: str, quoted: bool) -> str | None:
    """The floor that an included header of ours is on; None when it is not ours."""
    if header.startswith("aiobpf/"):
        return header.split("/")[1]
    if quoted:  # "x.hpp" is beside the file, "../loop/x.hpp" is not
        steps: list[str] = []
        for part in (*relative.parent.parts, *header.split("/")):
            if part == ".." and steps:
                steps.pop()
            elif part != ".":
                steps.append(part)
        return floor_of(pathlib.PurePath(*steps))
    return None


def complaint(relative: pathlib.PurePath, header: str, quoted: bool) -> str | None:
    """What is wrong with this include in that file, or None."""
    floor = floor_of(relative)
    if floor is None:
        return None
    if floor not in BELOW:
        return f"there is no floor {floor!r}: name it in tests/check_floors.py"
    if LIBBPF.fullmatch(header) and not (relative.parts[:2] == ("src", "bpf") and relative.suffix == ".cpp"):
        return "libbpf's headers are included in src/bpf/*.cpp only"
    for prefix, reason in FORBIDDEN[floor].items():
        if begins_with(header, prefix) and (relative.as_posix(), header) not in ALLOWED:
            return reason
    other = target_floor(relative, header, quoted)
    if other is not None and other != floor and other not in BELOW[floor]:
        return f"the floor {floor!r} does not reach {other!r}"
    return None


def violations(root: pathlib.Path) -> list[str]:
    found = []
    for top in ("include", "src", "python"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SOURCES:
                continue
            relative = path.relative_to(root)
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if match is None:
                    continue
                header = match[1][1:-1]
                reason = complaint(relative, header, match[1].startswith('"'))
                if reason is not None:
                    found.append(f"{relative}:{number}: #include {match[1]}: {reason}")
    return found


def test_no_floor_reaches_up() -> None:
    assert violations(ROOT) == []


def test_the_floors_are_read_at_all() -> None:
    for folder in ("include/aiobpf/bpf", "include/aiobpf/records", "include/aiobpf/loop", "src/bpf", "src/loop"):
        assert any((ROOT / folder).glob("*.?pp")), folder


def found(root: pathlib.Path, path: str, include: str) -> list[str]:
    """The violations in a tree of one file, with one include."""
    (root / path).parent.mkdir(parents=True)
    (root / path).write_text(f"#pragma once\n{include}\n", encoding="utf-8")
    return violations(root)


def test_what_reaches_up_is_found_with_its_line(tmp_path: pathlib.Path) -> None:
    assert found(tmp_path, "include/aiobpf/bpf/x.hpp", "#include <aiobpf/loop/stream.hpp>") == [
        "include/aiobpf/bpf/x.hpp:2: #include <aiobpf/loop/stream.hpp>: the floor 'bpf' does not reach 'loop'"
    ]


FORBIDDEN_INCLUDES = (
    ("src/bpf/x.cpp", '#include "../loop/stream_implementation.hpp"'),
    ("src/bpf/x.cpp", "#include <boost/asio/post.hpp>"),
    ("src/bpf/x.cpp", "#include <boost/asio.hpp>"),
    ("src/bpf/x.cpp", "  #  include <thread>"),
    ("src/bpf/x.cpp", "#include <pthread.h>"),
    ("src/bpf/x.cpp", "#include <aiobpf/records/batch.hpp>"),
    ("include/aiobpf/records/x.hpp", "#include <aiobpf/bpf/error.hpp>"),
    ("include/aiobpf/records/x.hpp", "#include <boost/asio/post.hpp>"),
    ("src/records/x.cpp", "#include <thread>"),
    ("include/aiobpf/loop/source_set.hpp", "#include <aiobpf/rings/ring_walk.hpp>"),
    ("src/loop/batch_queue.cpp", "#include <aiobpf/sources/ring_channel.hpp>"),
    ("src/loop/wake_policy.cpp", "#include <aiobpf/rings/ring_reader.hpp>"),
    ("src/loop/x.cpp", '#include "../sources/ring_channel.hpp"'),
    ("src/rings/x.cpp", "#include <aiobpf/records/batch.hpp>"),
    ("include/aiobpf/rings/x.hpp", "#include <thread>"),
    ("src/loop/x.cpp", "#include <aiobpf/sinks/file.hpp>"),
    ("src/loop/x.cpp", "#include <aiobpf/probes/exec.hpp>"),
    ("src/loop/x.cpp", "#include <bpf/libbpf.h>"),
    ("src/loop/x.cpp", "#include <boost/python.hpp>"),
    ("src/sinks/x.cpp", "#include <aiobpf/probes/exec.hpp>"),
    ("src/probes/x.cpp", "#include <aiobpf/sinks/file.hpp>"),
    ("src/cli/x.cpp", "#include <boost/python/module.hpp>"),
    ("src/attic/x.cpp", "#include <vector>"),
    ("src/bpf/x.hpp", "#include <bpf/bpf.h>"),
    ("include/aiobpf/bpf/x.hpp", "#include <bpf/bpf.h>"),
    ("include/aiobpf/bpf/x.hpp", "#include <bpf/btf.h>"),
    ("include/aiobpf/bpf/x.hpp", '#include "bpf/libbpf.h"'),
    ("include/aiobpf/loop/x.hpp", "#include <aiobpf/cli/main.hpp>"),
    ("python/src/x.cpp", "#include <bpf/libbpf.h>"),
)
ALLOWED_INCLUDES = (
    ("src/bpf/x.cpp", "#include <bpf/libbpf.h>"),
    ("src/bpf/x.cpp", "#include <aiobpf/bpf/map.hpp>"),
    ("src/bpf/x.cpp", '#include "names.hpp"'),
    ("src/bpf/x.cpp", "#include <linux/bpf.h>"),
    ("src/bpf/x.cpp", "// #include <thread>"),
    ("include/aiobpf/bpf/x.hpp", "#include <aiobpf/bpf/errc.hpp>"),
    ("include/aiobpf/bpf/x.hpp", "#include <boost/system/error_code.hpp>"),
    ("src/loop/x.cpp", "#include <boost/asio/post.hpp>"),
    ("src/loop/x.cpp", "#include <thread>"),
    ("src/loop/x.cpp", "#include <aiobpf/bpf/map.hpp>"),
    ("src/loop/x.cpp", "#include <aiobpf/records/batch.hpp>"),
    ("src/sources/ring_source.cpp", "#include <aiobpf/rings/ring_reader.hpp>"),
    ("include/aiobpf/sources/memory_ring.hpp", "#include <aiobpf/loop/channel.hpp>"),
    ("src/rings/ring_memory.cpp", '#include "../bpf/throw_error.hpp"'),
    ("python/src/x.cpp", "#include <aiobpf/sources/ring_source.hpp>"),
    ("src/cli/x.cpp", "#include <aiobpf/sinks/file.hpp>"),
    ("python/src/x.cpp", "#include <boost/python.hpp>"),
    ("python/src/x.cpp", "#include <aiobpf/loop/stream.hpp>"),
)


@pytest.mark.parametrize(("path", "include"), FORBIDDEN_INCLUDES)
def test_a_forbidden_include_is_found(tmp_path: pathlib.Path, path: str, include: str) -> None:
    assert len(found(tmp_path, path, include)) == 1


@pytest.mark.parametrize(("path", "include"), ALLOWED_INCLUDES)
def test_an_allowed_include_is_not_found(tmp_path: pathlib.Path, path: str, include: str) -> None:
    assert found(tmp_path, path, include) == []
