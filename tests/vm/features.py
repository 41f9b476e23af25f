"""Which kernel has what: recorded in features.json by a run, shown in docs/kernels.md, compared in every run."""

from __future__ import annotations

import json
import pathlib

HERE = pathlib.Path(__file__).parent
RECORD = HERE / "features.json"
DOCUMENT = HERE.parents[1] / "docs" / "kernels.md"
BEGIN, END = "<!-- made by scripts/test-kernels --record -->\n", "<!-- end -->\n"

Features = dict[str, str]  # "kprobe, kretprobe": "yes"


def parse(printed: str) -> Features:
    """What kernel_features prints."""
    return dict(line.split("\t") for line in printed.splitlines())


def recorded() -> dict[str, Features]:
    """By kernel."""
    record: dict[str, Features] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return record


def differences(kernel: str, seen: Features) -> list[str]:
    """Where a kernel is not as it was recorded."""
    told = recorded().get(kernel, {})
    return [
        f"{name}: {seen.get(name, 'not looked at')}, recorded: {told.get(name, 'nothing')}"
        for name in sorted(seen.keys() | told.keys())
        if seen.get(name) != told.get(name)
    ]


def table(record: dict[str, Features]) -> str:
    kernels = list(record)
    lines = [f"| attach point | {' | '.join(kernels)} |", f"|---|{'---|' * len(kernels)}"]
    for name in next(iter(record.values())):
        lines.append(f"| {name} | {' | '.join(record[kernel].get(name, '') for kernel in kernels)} |")
    return "".join(f"{line}\n" for line in lines)


def shown() -> str:
    """The table of the document."""
    return DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0]


def record(kernel: str, seen: Features) -> None:
    """Writes the record and the document's table anew."""
    record = {**recorded(), kernel: seen}
    record = dict(sorted(record.items(), key=lambda one: [-int(part) for part in one[0].split(".")]))
    RECORD.write_text(json.dumps(record, indent=2) + "\n")
    text = DOCUMENT.read_text()
    DOCUMENT.write_text(text.replace(BEGIN + shown() + END, BEGIN + table(record) + END))
