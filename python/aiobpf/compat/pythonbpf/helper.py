"""Its helpers."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from aiobpf.bpf import _types as t
from aiobpf.bpf._intrinsics import TABLE, Intrinsic
from aiobpf.bpf.helpers import Helper

XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT = range(5)

pid = TABLE["pid"]
uid = TABLE["uid"]
random = TABLE["random"]
ktime = TABLE["ktime"]
smp_processor_id = TABLE["cpu"]
get_current_cgroup_id = Helper("get_current_cgroup_id")


class _Own(Intrinsic):
    """A helper that the native language spells differently. handler: what the compiler makes of a call."""

    def __init__(self, name: str, documentation: str, handler: Callable[[Any, ast.Call], Any]) -> None:
        super().__init__(name, documentation)
        self.handler = handler


def _sized(checker: Any, node: ast.expr) -> tuple[Any, int]:
    """Where to write, and how much there is room for."""
    from aiobpf.compiler import ir

    place = checker.pointer_argument(node, maps=False)
    size = place.type.to.size if isinstance(place.type, t.Pointer) else 0
    if not size or not isinstance(place, ir.Address | ir.Name):
        checker.fail(node, "this has no room to write into", "give a variable, or a member of a struct")
    return place, size


def _deref(checker: Any, node: ast.Call) -> Any:
    (argument,) = checker.arguments(node, 1)
    value = checker.value(argument)
    return checker.as_number(value, argument) if isinstance(value.type, t.Pointer) else value


def _call(helper: str, template: str, least: int, most: int, destination: int | None = 0) -> Any:
    """{d}, {n}: the destination and its size; {0}, {1}, ...: the other arguments."""

    def made(checker: Any, node: ast.Call) -> Any:
        from aiobpf.compiler import ir

        given = checker.arguments(node, least, most)
        checker.unit.helpers.add(helper)
        parts: list[Any] = []
        text = template
        if destination is not None:
            place, size = _sized(checker, given[0])
            parts.append(place)
            text = text.replace("{d}", "{0}").replace("{n}", str(size))
        for at, argument in enumerate(given[len(parts) :]):
            address = f"{{a{at}}}" in text
            parts.append(checker.address_argument(argument) if address else checker.number(argument))
            for hole in (f"{{a{at}}}", f"{{v{at}}}"):
                text = text.replace(hole, f"{{{len(parts) - 1}}}")
        for at in range(most):
            text = text.replace(f"{{v{at}}}", "0")
        if "{ctx}" in text:
            checker.context(node)
            text = text.replace("{ctx}", "ctx")
        return ir.Code(t.i64, text, tuple(parts))

    return made


deref = _Own("deref", "What a reference refers to.", _deref)
comm = _Own(
    "comm", "Writes the current task's name.", _call("get_current_comm", "bpf_get_current_comm({d}, {n})", 1, 1)
)
probe_read = _Own(
    "probe_read",
    "probe_read(destination, size, source)",
    _call("probe_read", "bpf_probe_read({d}, {v0}, {a1})", 3, 3),
)
probe_read_kernel = _Own(
    "probe_read_kernel",
    "probe_read_kernel(destination, source)",
    _call("probe_read_kernel", "bpf_probe_read_kernel({d}, {n}, {a0})", 2, 2),
)
probe_read_str = _Own(
    "probe_read_str",
    "probe_read_str(destination, source): a string of the kernel's memory",
    _call("probe_read_kernel_str", "bpf_probe_read_kernel_str({d}, {n}, {a0})", 2, 2),
)
get_stack = _Own(
    "get_stack", "get_stack(destination[, flags])", _call("get_stack", "bpf_get_stack({ctx}, {d}, {n}, {v0})", 1, 2)
)


def _skb_store(checker: Any, node: ast.Call) -> Any:
    from aiobpf.compiler import ir

    given = checker.arguments(node, 3, 4)
    checker.unit.helpers.add("skb_store_bytes")
    flags = checker.number(given[3]) if len(given) > 3 else ir.Const(t.i32, 0)
    parts = (checker.context(node), checker.number(given[0]), checker.pointer_argument(given[1]),
             checker.number(given[2]), flags)  # fmt: skip
    return ir.Code(t.i64, "bpf_skb_store_bytes({0}, {1}, {2}, {3}, {4})", parts)


skb_store_bytes = _Own("skb_store_bytes", "skb_store_bytes(offset, source, size[, flags])", _skb_store)
