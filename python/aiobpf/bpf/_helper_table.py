"""The kernel's helpers: numbers, prototypes, documentation. helpers.json is made from libbpf's bpf_helper_defs.h:

python -m aiobpf.bpf._helper_table /usr/include/bpf/bpf_helper_defs.h
"""

from __future__ import annotations

import functools
import json
import pathlib
import re
import sys
from dataclasses import dataclass

_HERE = pathlib.Path(__file__).parent
_DEFINITION = re.compile(
    r"/\*\n \* (bpf_\w+)\n(.*?)\*/\nstatic (.*?)\(\*bpf_(\w+)\)\((.*?)\) = \(void \*\) (\d+);", re.S
)


@dataclass(frozen=True)
class Prototype:
    """A helper. parameters: C type and name each; varied: further arguments may follow."""

    name: str
    number: int
    returns: str
    parameters: tuple[tuple[str, str], ...]
    varied: bool

    def c(self) -> str:
        """Its declaration, as bpf_helper_defs.h has it."""
        parameters = [f"{type_}{'' if type_.endswith('*') else ' '}{name}" for type_, name in self.parameters]
        given = ", ".join(parameters + (["..."] if self.varied else [])) or "void"
        space = "" if self.returns.endswith("*") else " "
        return f"static {self.returns}{space}(*bpf_{self.name})({given}) = (void *){self.number};"


@functools.lru_cache(maxsize=1)
def table() -> dict[str, Prototype]:
    """All helpers by their names without bpf_."""
    raw = json.loads((_HERE / "helpers.json").read_text())
    return {
        name: Prototype(name, number, returns, tuple((t, n) for t, n in parameters), varied)
        for name, (number, returns, parameters, varied) in raw.items()
    }


@functools.lru_cache(maxsize=1)
def _documents() -> dict[str, str]:
    found: dict[str, str] = json.loads((_HERE / "helpers_doc.json").read_text())
    return found


def documentation(name: str) -> str:
    """What the kernel says of a helper."""
    return _documents().get(name, "")


def parse(header: str) -> tuple[dict[str, list[object]], dict[str, str]]:
    """Prototypes and documentation, out of bpf_helper_defs.h."""
    prototypes: dict[str, list[object]] = {}
    documents: dict[str, str] = {}
    for _, comment, returns, name, parameters, number in _DEFINITION.findall(header):
        split = [" ".join(p.split()) for p in parameters.split(",")]
        varied = split[-1] == "..."
        named = [re.fullmatch(r"(.*?\W)(\w+)", p) for p in split if p not in ("...", "void")]
        pairs = [[m[1].strip(), m[2]] for m in named if m]
        prototypes[name] = [int(number), returns.strip(), pairs, varied]
        documents[name] = "\n".join(line[3:].expandtabs(4).rstrip() for line in comment.splitlines()).strip()
    return prototypes, documents


if __name__ == "__main__":
    made, said = parse(pathlib.Path(sys.argv[1]).read_text())
    (_HERE / "helpers.json").write_text(
        "{\n" + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in sorted(made.items())) + "\n}\n"
    )
    (_HERE / "helpers_doc.json").write_text(json.dumps(said, indent=0, sort_keys=True) + "\n")
