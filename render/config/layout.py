"""The layout of a film: mosaics of panels that a config asks for instead of the scene's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from functools import cache
from typing import Any

from render import registry
from render.config.fields import as_written, options, take, unknown_key
from render.config.node import Node, Origin, Place
from render.config.options import Options
from render.config.problems import Problem, Problems, unknown
from render.scene import EMPTY, PANELS, SHAPES, shape


@dataclass(frozen=True)
class Mosaic:
    """Panels by their kinds, row by row; a repeated kind fills a rectangle of cells."""

    rows: tuple[tuple[str, ...], ...]  # all of one length
    options: Mapping[str, Mapping[str, Any]]  # of each kind in the rows, every default spelled out

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every panel, once, by its name: `text`, or `text-2` for a second of a kind."""
        names = (name for row in self.rows for name in row)
        return tuple(dict.fromkeys(name for name in names if name != EMPTY))


@dataclass(frozen=True)
class Layout:
    """The mosaics of a film by the shape of its frames; a single one is used for all shapes."""

    wide: Mosaic
    tall: Mosaic
    square: Mosaic

    def of(self, size_px: tuple[int, int]) -> Mosaic:
        """The mosaic for a frame of this many pixels."""
        mosaic: Mosaic = getattr(self, shape(size_px))
        return mosaic


NUMBERED = re.compile("(.+)-([2-9])")  # text-2: a second panel of a kind
MAX_ROWS = 12  # columns, and rows
LIKE = "like [header header, surface loss]"
INSTEAD = {"wide": "square tall", "tall": "square wide", "square": "tall wide"}


def kind_of(name: str) -> str:
    """The kind of a panel by its name in a layout: text for `text-2`."""
    numbered = NUMBERED.fullmatch(name)
    return numbered[1] if numbered else name


@dataclass(frozen=True)
class Word:
    """A cell of a mosaic and where it was written."""

    kind: str
    origin: Origin


Rows = Sequence[Sequence[Word]]


def layout(problems: Problems, node: Node) -> Layout | None:
    """The layout that a config asks for; None, and problems noted, if it can't be used."""
    if not set(SHAPES) & node.entries.keys():
        one = _mosaic(problems, node)
        return Layout(one, one, one) if one else None
    for key in node.entries:
        if key not in SHAPES:
            unknown_key(problems, node, key, SHAPES)
    made = {s: _mosaic(problems, node.at(s)) for s in SHAPES if s in node.entries}
    each = {s: next((made[o] for o in (s, *INSTEAD[s].split()) if o in made), None) for s in SHAPES}
    wide, tall, square = (each[shape] for shape in SHAPES)
    return Layout(wide, tall, square) if wide and tall and square else None


def _mosaic(problems: Problems, node: Node) -> Mosaic | None:
    """Rows of panels, or a mapping of them and of the panels' options."""
    before, written = len(problems.all), node
    if isinstance(node.value, dict):
        if "rows" not in node.value:
            problems.refuse(node, f"missing key 'rows': rows of panels, {LIKE}")
            return None
        written = node.value["rows"]
    rows = list(_rows(problems, written))
    if len(problems.all) == before and not rows:
        problems.refuse(written, f"expected rows of panels, {LIKE}, found nothing")
    if len(problems.all) == before:
        for origin, message in _faults(rows):
            problems.add(Problem(origin, written.path, message))
    every = dict.fromkeys(word.kind for row in rows for word in row)
    kinds = tuple(name for name in every if name != EMPTY)
    chosen = {kind: _options(problems, kind, node.at(kind)) for kind in kinds}
    for key in node.entries:
        if key not in ("rows", *kinds):
            unknown_key(problems, node, key, ("rows", *kinds))
    if len(problems.all) > before:
        return None
    return Mosaic(tuple(tuple(word.kind for word in row) for row in rows), chosen)


def placed(problems: Problems, node: Node, kind: str, size_px: tuple[int, int]) -> Origin | None:
    """Where a layout names a kind of panel for frames of this size first; None if it doesn't."""
    if set(SHAPES) & node.entries.keys():
        own = shape(size_px)
        node = node.at(next(s for s in (own, *INSTEAD[own].split()) if s in node.entries))
    written = node.value["rows"] if isinstance(node.value, dict) else node
    words = (word for row in _rows(problems, written) for word in row)
    return next((word.origin for word in words if kind_of(word.kind) == kind), None)


def _rows(problems: Problems, node: Node) -> Iterator[list[Word]]:
    """The words of each row: of a text's lines, or of a list's items."""
    if isinstance(node.value, str):
        for number, line in enumerate(node.value.splitlines()):
            if line.strip():
                yield _words(problems, node, line, number)
        return
    if not isinstance(node.value, list):
        expected = f"expected rows of panels, {LIKE}"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
        return
    for row in node.value:
        words = row.value if isinstance(row.value, list) else [row]
        if not words or not all(isinstance(w.value, str) and w.value.strip() for w in words):
            expected = "expected a row of panels, like 'surface loss'"
            problems.refuse(row, f"{expected}, found {as_written(row.data)}")
        elif isinstance(row.value, list):
            yield [Word(word.value, word.origin) for word in words]
        else:
            yield _words(problems, row, row.value, 0)


def _words(problems: Problems, node: Node, line: str, number: int) -> list[Word]:
    """The words of a line of a text."""
    origin, words = node.origin, line.split()
    if not isinstance(origin, Place):
        return [Word(word, origin) for word in words]
    start = problems.lines[origin.line - 1][origin.column - 1 :]
    block = start.startswith(("|", ">"))  # the text begins in the line after
    at = origin.line + block + number
    source = problems.lines[at - 1] if at <= len(problems.lines) else ""
    column = 0 if block or number else origin.column - 1
    placed = []
    for word in words:
        where = source.find(word, column)
        place = Place(at, where + 1, len(word)) if where >= 0 else origin
        placed.append(Word(word, place))
        column = max(where, column) + len(word)
    return placed


def _faults(rows: Rows) -> Iterator[tuple[Origin, str]]:
    """What is wrong with the rows, and where."""
    known, width = registry.names(PANELS), len(rows[0])
    first = {word.kind: word for row in reversed(rows) for word in reversed(row)}
    if len(rows) > MAX_ROWS:
        yield rows[MAX_ROWS][0].origin, f"at most {MAX_ROWS} rows, found {len(rows)}"
    if width > MAX_ROWS:
        yield rows[0][MAX_ROWS].origin, f"at most {MAX_ROWS} columns, found {width}"
    first.pop(EMPTY, None)
    if not first:
        yield rows[0][0].origin, "expected at least one panel, found none"
    for kind, word in first.items():
        if kind_of(kind) not in known:
            yield word.origin, unknown("panel", kind, known)
    uneven = False
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            uneven = True
            cells = f"{len(row)} cell{'s' * (len(row) != 1)}"
            message = f"row {number} has {cells} and the first has {width}"
            yield row[0].origin, f"{message}: all rows need the same number"
    for kind in () if uneven else first:
        down = [y for y, row in enumerate(rows) if any(word.kind == kind for word in row)]
        across = [x for x in range(width) if any(row[x].kind == kind for row in rows)]
        box = [rows[y][x] for y in _span(down) for x in _span(across)]
        if any(word.kind != kind for word in box):
            message = f"'{kind}' fills no rectangle: it would be {_ends('row', down)}"
            second = f"; a second panel of the kind is called '{kind_of(kind)}-2'"
            yield first[kind].origin, f"{message} and {_ends('column', across)}{second}"


def _span(numbers: Sequence[int]) -> range:
    return range(numbers[0], numbers[-1] + 1)


def _ends(noun: str, numbers: Sequence[int]) -> str:
    if numbers[0] == numbers[-1]:
        return f"{noun} {numbers[0] + 1}"
    return f"{noun}s {numbers[0] + 1} to {numbers[-1] + 1}"


def _options(problems: Problems, kind: str, node: Node) -> Mapping[str, Any]:
    """A panel's options with every default; empty, and problems noted, if they can't be used."""
    if kind_of(kind) not in registry.names(PANELS):
        return {}
    if not isinstance(node.value, dict):
        message = f"expected a mapping of its options, found {as_written(node.data)}"
        problems.refuse(node, message)
        return {}
    made = take(problems, node, mirror(kind_of(kind)))
    return {} if made is None else {f.name: getattr(made, f.name) for f in fields(made)}


@cache
def mirror(kind: str) -> type[Any]:
    """A class of a panel's options alone: the panel's class takes any key and can't refuse one."""
    cls = registry.member(PANELS, kind)
    own = {f.name: f for f in fields(cls)}
    columns = [
        (name, hint, field(default=own[name].default, default_factory=own[name].default_factory))
        if own[name].default is MISSING or own[name].default_factory is MISSING
        else (name, hint)
        for name, hint in options(cls).items()
    ]
    return make_dataclass(cls.__name__, columns, bases=(Options,), frozen=True, kw_only=True)
