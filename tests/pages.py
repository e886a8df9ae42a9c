"""The README and the pages of the documentation as tests read them: blocks of code, and links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
WRITTEN = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md")))
FENCE = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+?) -->\n\n?)?(?P<in> *)```(?P<head>[^\n`]*)\n"
    r"(?P<text>.*?)^(?P=in)```$",
    flags=re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A block of code: its language, the file that its title names, its text, why it isn't run."""

    language: str
    title: str
    text: str
    reason: str


def blocks(file: Path) -> list[Block]:
    """The blocks of code of a page, in order."""
    found = []
    for fence in FENCE.finditer(file.read_text(encoding="utf-8")):
        language, _, rest = fence["head"].partition(" ")
        title = re.search(r'title="([^"]+)"', rest)
        lines = [line.removeprefix(fence["in"]) for line in fence["text"].splitlines()]
        text = "\n".join(lines) + "\n"
        found.append(Block(language, title[1] if title else "", text, fence["reason"] or ""))
    return found


def links(text: str) -> list[str]:
    """What a page links to, without what is in blocks of code."""
    plain = re.sub(r"`[^`\n]+`", "", FENCE.sub("", text))
    found = re.findall(r"\]\(([^)\s]+)\)", plain)
    return [*found, *re.findall(r'<[^>]+ (?:href|src|poster)="([^"]+)"', plain)]


def anchors(text: str) -> set[str]:
    """The places within a page that links can lead to."""
    plain = FENCE.sub("", text)
    named = {*re.findall(r"\{#([^}]+)\}", plain), *re.findall(r'id="([^"]+)"', plain)}
    heads = re.findall(r"^#{1,6} (.+?)(?: \{#[^}]+\})?$", plain, flags=re.MULTILINE)
    return named | {_slug(head) for head in heads}


def _slug(head: str) -> str:
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", head.lower()).strip())
