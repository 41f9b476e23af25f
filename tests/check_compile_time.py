"""What including a stream costs beyond Asio: processor time of the compiler, the least of
several that are measured in turn."""

from __future__ import annotations

import pathlib
import resource

import pytest
from build_tree import ROOT, cached, succeed

ROUNDS = 5
ALLOWED = 0.2  # seconds beyond Asio's headers
ASIO = ("boost/asio/any_completion_handler.hpp", "boost/asio/any_io_executor.hpp")
OURS = ("aiobpf/loop/stream.hpp",)


def seconds(folder: pathlib.Path, headers: tuple[str, ...]) -> float:
    """That a file takes which includes these and nothing else."""
    source = folder / "includes.cpp"
    source.write_text("".join(f"#include <{header}>\n" for header in headers))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    succeed(cached("CMAKE_CXX_COMPILER"), "-std=c++20", f"-I{ROOT / 'include'}", "-c", source, "-o", "/dev/null")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.timeout(300)
def test_including_a_stream_costs_little_beyond_asio(tmp_path: pathlib.Path) -> None:
    rounds = [(seconds(tmp_path, OURS), seconds(tmp_path, ASIO)) for _ in range(ROUNDS)]
    ours, asio = (min(times) for times in zip(*rounds, strict=True))
    print(f"stream.hpp {ours:.2f} s, Asio's headers {asio:.2f} s")
    assert ours <= asio + ALLOWED, f"stream.hpp {ours:.2f} s, Asio's headers {asio:.2f} s"
