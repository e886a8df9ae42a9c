"""The problems of a config, and the report of them: where, what is wrong, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render.config.node import KeyPath, Node, Option, Origin, Place
from render.errors import ConfigError, RenderError

MAX_PROBLEMS = 20  # problems that are reported at once; a hostile file has millions
MAX_COLUMNS = 100  # of a line of the file that is quoted


@dataclass(frozen=True)
class Span:
    """A part of a text that was read from the file."""

    text: str  # the whole of it
    start: int  # letters before the part
    width: int


class Fault(ValueError):
    """What is wrong with a text, and where in it."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.span = span


@dataclass(frozen=True)
class Source:
    """Where the words of a config were written, for what is found wrong after it is loaded."""

    name: str  # of the file, as the user typed it
    lines: Sequence[str]
    nodes: Mapping[KeyPath, Node]  # values by the keys under which they stand

    @classmethod
    def of(cls, problems: Problems, root: Node, paths: Iterable[KeyPath]) -> Source:
        """The places of the values under these keys, and of all that is in them."""
        nodes: dict[KeyPath, Node] = {}
        for path in paths:
            node: Node | None = root
            for key in path:
                node = None if node is None else node.get(key)
            if node is not None:
                nodes |= {inner.path: inner for inner in node.walk()}
        return cls(problems.name, tuple(problems.lines), nodes)

    def where(self, path: KeyPath, at_key: bool = False) -> str:
        """`slope.yaml:24:10: captions.1.at`, or the option that wrote it."""
        node = self.nodes.get(path)
        origin = None if node is None else node.key_origin if at_key else node.origin
        if isinstance(origin, Option):
            return f"{shown(origin.text, 120)}: {dotted(path)}"
        place = f":{origin.line}:{origin.column}" if origin else ""
        return f"{self.name}{place}: {dotted(path)}"

    def refused(self, faults: Iterable[tuple[KeyPath, str, Span | None]]) -> ConfigError | None:
        """The error with all faults, each at its place; None if there are none."""
        problems = Problems(self.name, self.lines)
        try:
            for path, message, span in faults:
                at = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.nodes), ())
                if not at:
                    problems.add(Problem(Place(1, 1), path, message))
                else:
                    problems.refuse(self.nodes[at], message, span=span)
            problems.raise_any()
        except ConfigError as error:
            return error
        return None


def placed(source: Source | None, path: KeyPath, message: str) -> RenderError:
    """The error at the place where the value was written, if it was."""
    if source is None or path not in source.nodes:
        return RenderError(message)
    return source.refused([(path, message, None)]) or RenderError(message)


Spelling = Callable[[str, str], str]  # an option's name and value → as its user wrote it


def as_typed(name: str, value: str) -> str:
    """An option of the command line."""
    return f"--{name} {value}" if value else f"--{name}"


@dataclass(frozen=True)
class Problem:
    """One fault of a config: its place, its key and the message."""

    origin: Origin
    path: KeyPath
    message: str

    def same(self, other: Problem) -> bool:
        """Whether both are about one place and have the same message."""
        return (self.origin, self.message) == (other.origin, other.message)


class Problems:
    """The problems of one file, collected while it is read.

    A problem of a run is added to its film too, which lists a problem of several runs once.
    """

    def __init__(
        self, name: str = "", lines: Sequence[str] = (), film: Problems | None = None
    ) -> None:
        self.name = name  # of the file, as the user typed it
        self.lines = lines
        self.all: list[Problem] = []
        self._film = film
        self._reported: set[Node] = set()  # with all that is in them

    def of_run(self) -> Problems:
        """An empty list for one run of this film."""
        return Problems(self.name, self.lines, self)

    def refuse(
        self, node: Node, message: str, at_key: bool = False, span: Span | None = None
    ) -> None:
        """Note a problem of a value or of its key, but only the first one of each value.

        If only a part of a text is wrong, `span` is that part. Raises ConfigError when there are
        too many problems.
        """
        if self.has(node):
            return
        if not at_key:
            self._reported.update(node.walk())
        origin = node.key_origin if at_key else node.origin
        self.add(Problem(self._narrowed(origin, span), node.path, message))

    def has(self, node: Node) -> bool:
        """Whether a problem of the node, or of one that contains it, is reported already."""
        return node.broken or node in self._reported

    def add(self, problem: Problem) -> None:
        """Add a problem. Raises ConfigError when there are too many."""
        self.all.append(problem)
        if self._film is not None:
            if not any(problem.same(other) for other in self._film.all):
                self._film.add(problem)
        elif len(self.all) >= MAX_PROBLEMS:
            self.raise_any()

    def raise_any(self) -> None:
        """Raise ConfigError with all problems, if there are any."""
        if self.all:
            full = len(self.all) >= MAX_PROBLEMS
            text = report(self.name, self.lines, self.all, full)
            raise ConfigError(text, plainly(self.name, self.all)) from None

    def _narrowed(self, origin: Origin, span: Span | None) -> Origin:
        """The place of a part of a text, if the file has the part as it is."""
        if span is None or not span.text or not isinstance(origin, Place):
            return origin
        before, part = span.text[: span.start], span.text[span.start :][: span.width]
        for slash in ("\\", "\\\\"):  # as it is, or in double quotes
            written = [one.replace("\\", slash) for one in (span.text, before, part)]
            at = self.lines[origin.line - 1].find(written[0], origin.column - 1)
            if at >= 0:
                return Place(origin.line, at + len(written[1]) + 1, max(1, len(written[2])))
        return origin


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


def together(
    faults: Iterable[tuple[Path, ConfigError]], configs: int
) -> tuple[str, list[dict[str, Any]]]:
    """The message of all configs, of so many, that can't be used, and the same for programs.

    What is said of several, such as a wrong option, is said once, with the names of those.
    """
    refused: dict[str, list[Path]] = {}  # by message
    by_option: set[str] = set()  # messages about options alone, which name no file
    problems: list[dict[str, Any]] = []
    for path, error in faults:
        message = str(error)
        refused.setdefault(message, []).append(path)
        if error.problems and all(problem["option"] for problem in error.problems):
            by_option.add(message)
        problems += error.problems or [unplaced(message, str(path))]
    lines: list[str] = []
    for message, files in refused.items():
        some = message in by_option and len(files) < configs
        where = f"\n  in {', '.join(map(str, files))}" if some else ""
        lines.append(message + where)
    return "\n".join(lines), problems


def unplaced(text: str, file: str | None = None) -> dict[str, Any]:
    """A problem for programs that has no line and no option."""
    message = text if file is None else text.removeprefix(f"{file}: ")
    nowhere = dict.fromkeys(("line", "column", "option", "key"))
    return {"file": file, **nowhere, "message": message}


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
    near = difflib.get_close_matches(name.casefold().replace("-", "_"), plain, n=1)
    return f"; did you mean '{plain[near[0]]}'?" if near else ""


def unknown(noun: str, name: str, names: Sequence[str]) -> str:
    """The message for an unknown name: the nearest one, and all that there are."""
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
    first = max(0, place.column - 1 - MAX_COLUMNS // 2) if len(line) > MAX_COLUMNS else 0
    piece = line[first : first + MAX_COLUMNS]
    start = place.column - 1 - first
    carets = "^" * max(1, min(place.width, len(piece) - start))
    number = f"{place.line:>3}"
    piece = "".join(c if c.isprintable() else " " for c in piece).rstrip()
    return f"{head}\n{number} | {piece}\n{' ' * len(number)} | {' ' * start}{carets}"


def _sentence(problem: Problem) -> str:
    return f"{dotted(problem.path)}: {problem.message}" if problem.path else problem.message
