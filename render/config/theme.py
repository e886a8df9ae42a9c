"""A theme of the user's own, a YAML file, in; a Theme out, or all that is wrong with the file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from render import registry
from render.config.fields import as_written, take, unknown_key
from render.config.node import Node
from render.config.options import Flag, Number
from render.config.problems import Problems, nearest, shown, unknown
from render.config.yaml import read
from render.encode.base import Format
from render.errors import RenderError
from render.files import at_hand

RGB = tuple[int, int, int]
# Shapes that are told apart at 12 px, each with the factor that makes it look as large as
# the disc, in the order in which runs get them.
MARKERS: tuple[tuple[str, float], ...] = (
    ("o", 1.0),
    ("s", 0.90),
    ("^", 1.15),
    ("D", 0.84),
    ("v", 1.15),
    ("P", 1.05),
    ("p", 1.06),
    ("X", 1.05),
)


@dataclass(frozen=True)
class Theme:
    """Red is the parameter, blue the prediction, light red the data, in every panel."""

    background: str  # #rrggbb00: nothing, and what is drawn stands on whatever is behind the film
    text: str
    muted: str  # tick labels, units, what is not the point
    grid: str
    parameter: str  # the dot
    edge: str  # the ring around dot and marks
    trail: str
    mark: str  # the inside of the mark at each recorded step
    prediction: str
    data: str
    residual: str
    truth: str  # the true line, the optimum
    runs: tuple[str, ...]  # of the runs of a race, one each
    future: str  # the part of a curve that is still to come
    surface: tuple[str, ...]  # the colormap from the lowest loss to the highest
    wire: str  # lines on the surface
    wire_strength: float  # 0..1
    slice: str  # the part of the surface in which the run lives
    shade: tuple[float, float]  # brightness of the surface turned away from and towards the light
    rim: str  # a second ring around the dot, which shows it where the first can't be seen
    rim_strength: float = 0.13  # its width, in radii of the dot
    marker: str = "o"  # the shape of a lone run's dot, by Matplotlib's name
    dashed: bool = False  # whether runs are told apart by dashes too
    text_scale: float = 1.0  # how much larger than usual text is
    stroke_scale: float = 1.0  # how much thicker than usual strokes are, how much larger dots

    @property
    def clear(self) -> bool:
        """Whether frames are transparent where nothing is drawn."""
        return len(self.background) == 9 and self.background.endswith("00")

    def colours(self, runs: int = 1) -> tuple[RGB, ...]:
        """The flat colours that areas and text are drawn in, for a palette to hold exactly."""
        flat = (
            self.background, self.text, self.muted, self.grid, self.parameter, self.edge,
            self.trail, self.mark, self.prediction, self.data, self.residual, self.truth,
            self.future, self.rim, *(self.runs[:runs] if runs > 1 else ()),
        )  # fmt: skip
        return tuple(dict.fromkeys(rgb(colour) for colour in flat))


def rgb(colour: str) -> RGB:
    """`#rrggbb` as three numbers from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def refuse_opaque(theme: Theme, formats: Iterable[Format]) -> None:
    """Raise RenderError if the theme has no background and a format must have one.

    A colour put there unasked would be a film that its maker finds useless on the slide.
    """
    if not theme.clear:
        return
    for format_ in formats:
        if format_.draws and not getattr(format_, "alpha", False):
            kind = registry.name_of(type(format_))
            raise RenderError(
                f"{kind} has no transparency, and this theme has no background: ask for"
                f" --format {_clear()}, or take a theme that has one"
            )


def _clear() -> str:
    """The formats that can be transparent."""
    folder = "encode/formats"
    able = [name for name in registry.names(folder) if registry.member(folder, name).alpha]
    return f"{', '.join(able[:-1])} or {able[-1]}"


THEMES = "draw/themes"
SUFFIXES = (".yaml", ".yml")
LIKE = "like"  # the theme that has whatever the file doesn't say
USUAL = "night"
COLOUR = re.compile("#[0-9a-fA-F]{6}")


def _colour(value: Any) -> Any:
    if isinstance(value, str) and COLOUR.fullmatch(value):
        return value.lower()
    hint = ": put it in quotes, or # begins a comment" if value is None else ""
    raise ValueError(f"expected a colour like '#ffd166', found {as_written(value)}{hint}")


def _enough(colours: tuple[str, ...]) -> tuple[str, ...]:
    if len(colours) != len(MARKERS):
        wanted = f"expected {len(MARKERS)} colours, one for each run of the longest race"
        raise ValueError(f"{wanted}, found {len(colours)}")
    return colours


def _several(colours: tuple[str, ...]) -> tuple[str, ...]:
    if not 2 <= len(colours) <= 64:
        raise ValueError(f"expected from 2 to 64 colours, found {len(colours)}")
    return colours


Colour = Annotated[str, BeforeValidator(_colour)]
Share = Annotated[Number, Field(ge=0, le=1)]
OTHERS: dict[str, Any] = {
    "runs": Annotated[tuple[Colour, ...], AfterValidator(_enough)],
    "surface": Annotated[tuple[Colour, ...], AfterValidator(_several)],
    "wire_strength": Share,
    "shade": tuple[
        Annotated[Number, Field(ge=0, le=2)],
        Annotated[Number, Field(ge=0, le=2)],
    ],
    "rim_strength": Share,
    "marker": Literal["o", "s", "^", "D", "v", "P", "p", "X"],
    "dashed": Flag,
    "text_scale": Annotated[Number, Field(ge=0.8, le=1.5)],
    "stroke_scale": Annotated[Number, Field(ge=0.7, le=2)],
}
KEYS: dict[str, Any] = {f.name: OTHERS.get(f.name, Colour) for f in fields(Theme)}


def load_theme(name: str, folder: Path) -> Theme:
    """The theme that a config in `folder` calls by this name. Raises ConfigError for a bad file."""
    if is_file(name):
        return read_theme(at_hand(folder / name))
    shipped: Theme = registry.member(THEMES, name)()
    return shipped


def fault(name: str, folder: Path) -> str | None:
    """Why a config in `folder` can't have a theme of this name; None if it can.

    What is wrong inside the theme's file is raised, as a ConfigError about that file.
    """
    if not is_file(name):
        shipped = registry.names(THEMES)
        return None if name in shipped else unknown("theme", name, shipped)
    file = folder / name
    if not file.is_file():
        there = [f.name for f in file.parent.glob("*.y*ml")] if file.parent.is_dir() else []
        return f"no such file: {shown(str(file), 200)}{nearest(file.name, there)}"
    read_theme(file)
    return None


def is_file(name: str) -> bool:
    """Whether the name of a theme is that of a file."""
    return name.lower().endswith(SUFFIXES)


def read_theme(path: Path) -> Theme:
    """The theme a file holds: what it says, and the rest of the theme it is like.

    Raises ConfigError with every problem found.
    """
    root, problems = read(path)
    given = {key: _value(problems, root, key) for key in root.entries if key != LIKE}
    like = _like(problems, root.get(LIKE))
    problems.raise_any()
    return replace(like, **given)


def _like(problems: Problems, node: Node | None) -> Theme:
    name, there = USUAL if node is None else node.value, registry.names(THEMES)
    if node is not None and not isinstance(name, str):
        expected = f"expected one of {', '.join(there)}"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
    elif node is not None and name not in there:
        problems.refuse(node, unknown("theme", name, there))
    known = isinstance(name, str) and name in there
    like: Theme = registry.member(THEMES, name if known else USUAL)()
    return like


def _value(problems: Problems, root: Node, key: str) -> Any:
    if key not in KEYS:
        return unknown_key(problems, root, key, (LIKE, *KEYS))
    return take(problems, root.at(key), KEYS[key])
