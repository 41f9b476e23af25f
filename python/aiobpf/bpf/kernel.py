"""The kernel's structs, unions, enumerators and kfuncs, by their own names.

    from aiobpf.bpf.kernel import XDP_DROP, task_struct

A name stands for what the BTF of the kernel says when the program is compiled; one that is not there is a CompileError.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class KernelName:
    """A name of the kernel's."""

    name: str

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"{self.name}() runs in the kernel: call it in a function with @bpf.program")


def __getattr__(name: str) -> Any:
    if name.startswith("__") and name.endswith("__"):
        raise AttributeError(name)
    return KernelName(name)
