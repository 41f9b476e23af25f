"""The kernel's types and constants, by the names of its generated module: struct_request, union_bpf_attr, XDP_PASS."""

from __future__ import annotations

from typing import Any

from aiobpf.bpf.kernel import KernelName


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name.endswith("__"):
        raise AttributeError(name)
    return KernelName(name.removeprefix("struct_").removeprefix("union_").removeprefix("enum_"))
