"""A config while it is read: its data, where each part was written, what is wrong so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from render.config.problems import (
    MAX_PROBLEMS,
    KeyPath,
    Option,
    Place,
    Problem,
    Span,
    plainly,
    report,
)
from render.errors import ConfigError

Origin = Place | Option
LAYOUT = ("film", "layout")  # where a text is rows of panels, elsewhere the name of a kind


@dataclass
class Draft:
    """The parts of a config by path, later ones laid over earlier ones. Mutable until settled."""

    name: str  # the file as the user typed it
    lines: list[str]
    data: dict[str, Any]
    keys: dict[KeyPath, Origin]
    values: dict[KeyPath, Origin]
    broken: set[KeyPath] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def refuse(
        self, path: KeyPath, message: str, at_key: bool = False, span: Span | None = None
    ) -> None:
        """Note a problem, once for each value; raises ConfigError when there are too many.

        Of a text that is wrong in part, `span` is that part.
        """
        if any(path[:n] in self.broken for n in range(len(path) + 1)):
            return
        if not at_key:
            self.broken.add(path)
        origin = self._narrowed(self.origin(path, at_key), span)
        self.note(Problem(origin, path, message))

    def note(self, problem: Problem) -> None:
        """Add a problem; raises ConfigError when there are too many."""
        self.problems.append(problem)
        if len(self.problems) == MAX_PROBLEMS:
            self.settle()

    def origin(self, path: KeyPath, at_key: bool = False) -> Origin:
        """Where a key or a value was written; if nowhere, where its section was."""
        if at_key and path in self.keys:
            return self.keys[path]
        written = (path[:n] for n in range(len(path), -1, -1) if path[:n] in self.values)
        return next((self.values[place] for place in written), Place(1, 1))

    def put(self, parts: Sequence[str], value: Any, option: Origin) -> None:
        """Lay a value over what is there, mostly from an option; an item goes by its number."""
        here: Any = self.data
        path: KeyPath = ()
        for part in parts:
            here = self._opened(path, option) if path else here
            number = isinstance(here, list) and part.isdecimal() and len(part) < 5
            path = (*path, int(part) if number else part)
            if isinstance(here, list) and path[-1] not in range(len(here)):
                self.values[path] = option
                return self.refuse(path, f"no such item; there are {len(here)}, counted from 0")
        here[path[-1]] = value
        self._claim(path, option)

    def settle(self) -> None:
        """Raise ConfigError with all the problems, if there are any."""
        if self.problems:
            full = len(self.problems) >= MAX_PROBLEMS
            told = report(self.name, self.lines, self.problems, full)
            raise ConfigError(told, plainly(self.name, self.problems))

    def _narrowed(self, origin: Origin, span: Span | None) -> Origin:
        """The place of a part of the text at a place, if it is there word for word."""
        if span is None or not span.text or not isinstance(origin, Place):
            return origin
        at = self.lines[origin.line - 1].find(span.text, origin.column - 1)
        return origin if at < 0 else Place(origin.line, at + span.start + 1, span.width)

    def _opened(self, path: KeyPath, option: Origin) -> Any:
        """The mapping or list at a path; a bare name or number is spelled out, a gap filled."""
        *above, part = path
        holder: Any = self.data
        for step in above:
            holder = holder[step]
        found = holder.get(part) if isinstance(holder, dict) else holder[part]
        if isinstance(found, dict | list):
            return found
        bare = isinstance(found, str | int | float) and not isinstance(found, bool)
        text = "rows" if path[:2] == LAYOUT else "kind"
        holder[part] = {text if isinstance(found, str) else "value": found} if bare else {}
        origin = self.origin(path)
        self._claim(path, option)
        for key in holder[part]:
            self.keys[*path, key] = self.values[*path, key] = origin
        return holder[part]

    def _claim(self, path: KeyPath, option: Origin) -> None:
        """From here on an option answers for all that is at a path."""
        for written in (self.keys, self.values):
            for other in [p for p in written if p[: len(path)] == path]:
                del written[other]
        self.broken -= {p for p in self.broken if p[: len(path)] == path}
        self.keys[path] = self.values[path] = option


def items(value: Any) -> Iterable[tuple[Any, Any]]:
    """The parts of a mapping or a list by key or number; none of anything else."""
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()
