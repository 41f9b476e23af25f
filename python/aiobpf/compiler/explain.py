"""The verifier's commonest refusals, in Python's terms."""

from __future__ import annotations

import re

#: What the verifier says, what it means, and what to change.
_REASONS: tuple[tuple[str, str], ...] = (
    (
        r"back-edge|infinite loop detected|too many instructions|BPF program is too large|sequence of \d+ jumps",
        "the verifier followed it for too long: it sees no end of a loop, or too many ways through. Give the loop "
        "a constant bound: `for i in range(64)`, with a `break`; or go over `bpf.loop(n)`, of any length.",
    ),
    (
        r"invalid mem access '\w*_or_null\w*'|R\d pointer arithmetic on \w+_or_null",
        "a reference may be None here. Test it with `is None` before it is used.",
    ),
    (
        r"invalid access to map value|unbounded memory access|min value is negative|unbounded min value"
        r"|invalid variable-offset|max value is outside of the allowed memory range|invalid unbounded variable-offset",
        "an index may be outside of its array. Show its bound: `if i < len(array):` around it, or `array[i & 15]`.",
    ),
    (
        r"type=ctx expected=",
        "a helper cannot write into a program's context. Let it fill a variable, and assign that.",
    ),
    (
        r"dereference of modified ctx ptr",
        "clang made one access of two to the context. Copy what both need to a bpf.Global first.",
    ),
    (
        r"invalid access to packet",
        "the packet may be shorter. Take its headers with `bpf.packet(ctx, T, offset)` and test them with `is None`.",
    ),
    (
        r"stack.*too large|combined stack size|invalid stack type|looks like the BPF stack limit|Stack limit",
        "variables take more than the 512 bytes that a program's stack has. Keep large ones in a PercpuArray.",
    ),
    (
        r"Unreleased reference|reference leak|BPF_EXIT instruction .* would lead to reference leak",
        "a record that was reserved is not given back on every way. submit() or discard() it before each return.",
    ),
    (
        r"cannot call GPL-restricted function|cannot call GPL only function",
        'a helper is for GPL programs only. Say LICENSE = "GPL" in the module.',
    ),
    (
        r"unknown func|program of this type cannot use helper",
        "this kind of program may not call that helper, or the kernel is older than it is.",
    ),
    (
        r"R0 !read_ok|At program exit the register R0",
        "what the program returns is not in the range that its kind has.",
    ),
    (
        r"invalid mem access 'scalar'|invalid mem access 'inv'",
        "an address that is only a number is used as a reference. Read through it with bpf.read_kernel(T, address).",
    ),
)
_SOURCE = re.compile(r"^; (.*?)(?: @ (.*?):(\d+))?$", re.MULTILINE)


def explain(log: str) -> str | None:
    """What a verifier's log means, and which line of Python it is about; None where it is not a common one."""
    lines = [line for line in log.splitlines() if line.strip() and not line.startswith("processed ")]
    tail = "\n".join(lines[-6:])
    for pattern, advice in _REASONS:
        if re.search(pattern, tail):
            sources = _SOURCE.findall(log)
            text, file, line = sources[-1] if sources else ("", "", "")
            at = f"{file}:{line}: `{text.strip()}`: " if file else f"`{text.strip()}`: " if text else ""
            return at + advice
    return None
