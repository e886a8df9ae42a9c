"""`film.layout` of a draft in, the film's own mosaics of panels out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, make_dataclass
from functools import cache
from typing import Any

from render import registry
from render.config.draft import Draft, Origin
from render.config.fields import found, options, take, unknown_key
from render.config.options import Options
from render.config.problems import KeyPath, Place, Problem, unknown
from render.scene import SHAPES, shape


@dataclass(frozen=True)
class Mosaic:
    """Panels by their kinds, row by row; a kind repeated spans its cells, a full rectangle."""

    rows: tuple[tuple[str, ...], ...]  # all of one length
    options: Mapping[str, Mapping[str, Any]]  # of each kind in the rows, every default spelled out

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every panel, once."""
        return tuple(dict.fromkeys(kind for row in self.rows for kind in row))


@dataclass(frozen=True)
class Layout:
    """The mosaics of a film; where but one was given it stands for all."""

    wide: Mosaic
    tall: Mosaic
    square: Mosaic

    def of(self, size_px: tuple[int, int]) -> Mosaic:
        """The mosaic for a frame of this many pixels."""
        mosaic: Mosaic = getattr(self, shape(size_px))
        return mosaic


PANELS = "draw/panels"
MAX_ROWS = 12  # columns, and rows
LIKE = "like [header header, surface loss]"
INSTEAD = {"wide": "square tall", "tall": "square wide", "square": "tall wide"}


@dataclass(frozen=True)
class Word:
    """A cell of a mosaic and where it was written."""

    kind: str
    origin: Origin


Rows = Sequence[Sequence[Word]]


def layout(draft: Draft, value: Any) -> Layout | None:
    """The layout that a config spells out; None, and problems in the draft, if it can't be."""
    path: KeyPath = ("film", "layout")
    if not isinstance(value, dict) or not set(SHAPES) & value.keys():
        one = _mosaic(draft, path, value)
        return Layout(one, one, one) if one else None
    for key in value:
        if key not in SHAPES:
            unknown_key(draft, (*path, key), SHAPES)
    made = {s: _mosaic(draft, (*path, s), value[s]) for s in SHAPES if s in value}
    each = {s: next((made[o] for o in (s, *INSTEAD[s].split()) if o in made), None) for s in SHAPES}
    wide, tall, square = (each[shape] for shape in SHAPES)
    return Layout(wide, tall, square) if wide and tall and square else None


def _mosaic(draft: Draft, path: KeyPath, value: Any) -> Mosaic | None:
    """Rows of panels, or a mapping of them and of the panels' options."""
    told, given = len(draft.problems), dict[str, Any]()
    if isinstance(value, dict):
        if "rows" not in value:
            draft.refuse(path, f"missing key 'rows': rows of panels, {LIKE}")
            return None
        given = {key: item for key, item in value.items() if key != "rows"}
        path, value = (*path, "rows"), value["rows"]
    rows = list(_rows(draft, path, value))
    if len(draft.problems) == told and not rows:
        draft.refuse(path, f"expected rows of panels, {LIKE}, found nothing")
    if len(draft.problems) == told:
        for origin, message in _faults(rows):
            draft.note(Problem(origin, path, message))
    kinds = tuple(dict.fromkeys(word.kind for row in rows for word in row))
    home = path[:-1] if path[-1] == "rows" else path
    chosen = {kind: _options(draft, (*home, kind), given.get(kind, {})) for kind in kinds}
    for key in given:
        if key not in kinds:
            unknown_key(draft, (*home, key), ("rows", *kinds))
    if len(draft.problems) > told:
        return None
    return Mosaic(tuple(tuple(word.kind for word in row) for row in rows), chosen)


def _rows(draft: Draft, path: KeyPath, value: Any) -> Iterator[list[Word]]:
    """The words of each row: of a text's lines, or of a list's items."""
    if isinstance(value, str):
        for number, line in enumerate(value.splitlines()):
            if line.strip():
                yield _words(draft, path, line, number)
        return
    if not isinstance(value, list):
        draft.refuse(path, f"expected rows of panels, {LIKE}, found {found(value)}")
        return
    for index, row in enumerate(value):
        at = (*path, index)
        words = row if isinstance(row, list) else [row]
        if not words or not all(isinstance(word, str) and word.strip() for word in words):
            draft.refuse(at, f"expected a row of panels, like 'surface loss', found {found(row)}")
        elif isinstance(row, list):
            yield [Word(word, draft.origin((*at, i))) for i, word in enumerate(row)]
        else:
            yield _words(draft, at, row, 0)


def _words(draft: Draft, path: KeyPath, line: str, number: int) -> list[Word]:
    """The words of a line of the text at a path."""
    origin, words = draft.origin(path), line.split()
    if not isinstance(origin, Place):
        return [Word(word, origin) for word in words]
    start = draft.lines[origin.line - 1][origin.column - 1 :]
    block = start.startswith(("|", ">"))  # the text begins in the line after
    at = origin.line + block + number
    source = draft.lines[at - 1] if at <= len(draft.lines) else ""
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
    for kind, word in first.items():
        if kind not in known:
            yield word.origin, unknown("panel", kind, known)
    uneven = False
    for number, row in enumerate(rows, 1):
        if len(row) != width:
            uneven = True
            cells = f"{len(row)} cell{'s' * (len(row) != 1)}"
            told = f"row {number} has {cells} and the first has {width}"
            yield row[0].origin, f"{told}: all rows need the same number"
    for kind in () if uneven else first:
        down = [y for y, row in enumerate(rows) if any(word.kind == kind for word in row)]
        across = [x for x in range(width) if any(row[x].kind == kind for row in rows)]
        box = [rows[y][x] for y in _span(down) for x in _span(across)]
        if any(word.kind != kind for word in box):
            told = f"'{kind}' fills no rectangle: it would be {_ends('row', down)}"
            yield first[kind].origin, f"{told} and {_ends('column', across)}"


def _span(found: Sequence[int]) -> range:
    return range(found[0], found[-1] + 1)


def _ends(noun: str, found: Sequence[int]) -> str:
    if found[0] == found[-1]:
        return f"{noun} {found[0] + 1}"
    return f"{noun}s {found[0] + 1} to {found[-1] + 1}"


def _options(draft: Draft, path: KeyPath, value: Any) -> Mapping[str, Any]:
    """A panel's options with every default; empty, and problems in the draft, if it can't be."""
    kind = str(path[-1])
    if kind not in registry.names(PANELS):
        return {}
    if not isinstance(value, dict):
        draft.refuse(path, f"expected a mapping of its options, found {found(value)}")
        return {}
    made = take(draft, path, mirror(kind), value)
    return {} if made is None else {f.name: getattr(made, f.name) for f in fields(made)}


@cache
def mirror(kind: str) -> type[Any]:
    """A panel's options alone: panels themselves take any key and can't be made to refuse one."""
    cls = registry.member(PANELS, kind)
    own = {f.name: f for f in fields(cls)}
    columns = [
        (name, hint, field(default=own[name].default, default_factory=own[name].default_factory))
        if own[name].default is MISSING or own[name].default_factory is MISSING
        else (name, hint)
        for name, hint in options(cls).items()
    ]
    return make_dataclass(cls.__name__, columns, bases=(Options,), frozen=True, kw_only=True)
