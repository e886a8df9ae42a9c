"""Problems of a config in, the text its author reads out: where, what, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

KeyPath = tuple[str | int, ...]  # ("outputs", 1, "size")

MAX_PROBLEMS = 20  # problems told at once; a hostile file has millions
WIDEST = 100  # columns of a source line that are shown


@dataclass(frozen=True, order=True)
class Place:
    """A token in the file; line and column count from 1."""

    line: int
    column: int
    width: int = 1


@dataclass(frozen=True)
class Span:
    """A part of a text that was read from the file."""

    text: str  # the whole of it
    start: int  # letters before the part
    width: int


class Fault(ValueError):
    """What is wrong with a text, and where in it."""

    def __init__(self, told: str, span: Span) -> None:
        super().__init__(told)
        self.span = span


@dataclass(frozen=True)
class Option:
    """An option as its user wrote it: `--fps 60` on the command line, `fps=60` in Python."""

    text: str
    rank: int  # a higher one has the last word


Spelling = Callable[[str, str], str]  # an option's name and value → as its user wrote it


def as_typed(name: str, value: str) -> str:
    """An option of the command line."""
    return f"--{name} {value}" if value else f"--{name}"


@dataclass(frozen=True)
class Problem:
    """One thing that must change before the config can be used."""

    origin: Place | Option
    path: KeyPath
    message: str

    def same(self, other: Problem) -> bool:
        """Whether both are about one place and say the same of it."""
        return (self.origin, self.message) == (other.origin, other.message)


def report(name: str, lines: Sequence[str], problems: Iterable[Problem], full: bool = False) -> str:
    """All problems of a file, those in the file by line, then those of the options."""
    problems = sorted(problems, key=_order)
    placed = [(p.origin, p) for p in problems if isinstance(p.origin, Place)]
    optional = [(p.origin, p) for p in problems if isinstance(p.origin, Option)]
    blocks = [_in_file(name, lines, place, problem) for place, problem in placed]
    blocks += [f"{shown(option.text, 120)}: {_sentence(p)}" for option, p in optional]
    if len(problems) > 1:
        where = " and ".join([name] * bool(placed) + ["the options"] * bool(optional))
        blocks.append(f"{len(problems)}{' or more' if full else ''} problems in {where}")
    return "\n".join(blocks)


def plainly(name: str, problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """All problems for a program, in the order in which they are reported."""
    return [
        {
            "file": name,
            "line": None if isinstance(p.origin, Option) else p.origin.line,
            "column": None if isinstance(p.origin, Option) else p.origin.column,
            "option": p.origin.text if isinstance(p.origin, Option) else None,
            "key": dotted(p.path) or None,
            "message": p.message,
        }
        for p in sorted(problems, key=_order)
    ]


def dotted(path: KeyPath) -> str:
    """`outputs.1.size`, as `--set` spells it."""
    return ".".join(shown(str(part)) for part in path)


def shown(text: str, longest: int = 60) -> str:
    """A text from the file, safe to print in one line of a terminal."""
    text = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def printable(text: str) -> str:
    """Lines that are safe to print on a terminal, whatever names of files are in them."""
    return "\n".join(shown(line, len(line)) for line in text.split("\n"))


def nearest(name: str, names: Iterable[str]) -> str:
    """`; did you mean 'lr'?` when one of the names is close, else nothing."""
    if len(name) > 40:
        return ""
    plain = {n.casefold(): n for n in names}
    found = difflib.get_close_matches(name.casefold().replace("-", "_"), plain, n=1)
    return f"; did you mean '{plain[found[0]]}'?" if found else ""


def unknown(noun: str, name: str, names: Sequence[str]) -> str:
    """The sentence for a name that isn't one of those there are."""
    hint = nearest(name, names) or ";"
    return f"unknown {noun} '{shown(name)}'{hint} there are: {', '.join(names) or 'none'}"


def _order(problem: Problem) -> tuple[bool, Any]:
    """Those in the file by place, then those of the options as they were typed."""
    optional = isinstance(problem.origin, Option)
    return optional, problem.origin.rank if isinstance(problem.origin, Option) else problem.origin


def _in_file(name: str, lines: Sequence[str], place: Place, problem: Problem) -> str:
    head = f"{name}:{place.line}:{place.column}: {_sentence(problem)}"
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if not line.strip():
        return head
    first = max(0, place.column - 1 - WIDEST // 2) if len(line) > WIDEST else 0
    piece = line[first : first + WIDEST]
    start = place.column - 1 - first
    carets = "^" * max(1, min(place.width, len(piece) - start))
    number = f"{place.line:>3}"
    piece = "".join(c if c.isprintable() else " " for c in piece).rstrip()
    return f"{head}\n{number} | {piece}\n{' ' * len(number)} | {' ' * start}{carets}"


def _sentence(problem: Problem) -> str:
    return f"{dotted(problem.path)}: {problem.message}" if problem.path else problem.message
