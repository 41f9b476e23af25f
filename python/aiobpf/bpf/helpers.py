"""All helpers of the kernel, by their own names without `bpf_`, with the kernel's own words as their documentation.

    from aiobpf.bpf import helpers

    now = helpers.ktime_get_ns()
    help(helpers.redirect)

An argument that a helper takes by address is given as the thing itself: helpers.map_push_elem(queue, value, 0).
"""

from __future__ import annotations

from typing import Any

from aiobpf.bpf import _helper_table as helper_table


class Helper:
    """A helper of the kernel. It runs in programs only."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.__name__ = name

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        return helper_table.documentation(self.name)

    def __call__(self, *args: Any) -> Any:
        raise RuntimeError(f"bpf_{self.name}() runs in the kernel: call it in a function with @bpf.program")

    def __repr__(self) -> str:
        return f"<helper bpf_{self.name}>"


def __getattr__(name: str) -> Any:
    if name.startswith("__") or name not in helper_table.table():
        raise AttributeError(f"the kernel has no helper bpf_{name}")
    found = globals()[name] = Helper(name)
    return found


def __dir__() -> list[str]:
    return sorted(helper_table.table())
