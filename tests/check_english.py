"""Documents, headers and messages say things as the field does: none of these phrases is in them."""

from __future__ import annotations

import pathlib
import re

import pytest
from build_tree import ROOT

# A pattern, and what to write instead. With the part `fine` it is not meant.
PHRASES = {
    r"\black(?:s|ed|ing)?\b": "is missing; has no",
    r"\bso many(?:eth)?\b|\bmanieth\b": "N; every Nth",
    r"\bstands? (?:in|there|behind)\b": "is in; is there; follows",
    r"(?P<fine>[Tt]here )?\b(?:is|are) none\b": "is not one",
    r"(?P<fine>[Tt]here )?\b(?:is|are) no (?!longer|larger|smaller|more|less|fewer|other|need)\w+": "is not a",
    r"\bof (?:its|their|our|your|his) own\b": "its own; separate",
    r"\bnobody's\b": "not significant",
    r"\bhad its record\b": "the record is consumed",
    r"\btold of\b": "after",
    r"\b(?:let|lets|letting) go\b": "released; closed",
    r"\bWhere to read on\b": "Further reading",
    r"^#+ Needs$": "Requirements",
    r"\btimes better\b": "ratio",
    r"\bBelieve the ratios\b": "Trust the ratios, not the absolute times",
    r"\bcontradicts? itself\b": "is inconsistent",
    r"\bends? with its last user\b": "the last user unmaps it",
}
SEARCHED = {
    "documents": ("*.md", "docs/*.md", "examples/**/*.md", "benchmarks/**/*.md"),
    "headers": ("include/**/*.hpp", "bpf/*.h"),
    "python": ("python/aiobpf/**/*.py", "python/aiobpf/**/*.pyi"),
    "messages": ("src/**/*.cpp", "python/module/*.cpp"),
}


def texts(kind: str) -> list[tuple[pathlib.Path, str]]:
    paths = [path for pattern in SEARCHED[kind] for path in sorted(ROOT.glob(pattern))]
    return [(path, path.read_text(encoding="utf-8")) for path in paths]


def found(path: pathlib.Path, text: str) -> list[str]:
    """Each phrase that is in a text, with its line. A phrase may go on in the next line of a comment."""
    joined = re.sub(r"\n[ \t]*(?://+<?|#|\*)?[ \t]*", lambda gap: "\n".ljust(len(gap[0]), "\0"), text)
    lines = []
    for pattern, instead in PHRASES.items():
        spaced = pattern.replace(" ", r"[\s\0]+")
        for match in re.finditer(spaced, joined, re.MULTILINE):
            if match.groupdict().get("fine"):
                continue
            line = joined.count("\n", 0, match.start()) + 1
            phrase = " ".join(match[0].replace("\0", " ").split())
            lines.append(f"{path.relative_to(ROOT)}:{line}: {phrase!r}: write {instead}")
    return sorted(lines)


@pytest.mark.parametrize("kind", SEARCHED)
def test_no_phrase_of_the_list_is_left(kind: str) -> None:
    read = texts(kind)
    assert read
    assert [line for path, text in read for line in found(path, text)] == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a ring of its own", 1),
        ("a ring of its\n  // own", 1),
        ("this is no ring", 1),
        ("there is no ring", 0),
        ("there is no longer one, it is no more than that", 0),
        ("what lacks is named", 1),
        ("## Needs\n", 1),
        ("a black box", 0),
        ("its own ring", 0),
    ],
)
def test_phrases_are_found(text: str, count: int) -> None:
    assert len(found(ROOT / "README.md", text)) == count
