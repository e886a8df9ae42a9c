"""Themes: the colours and shapes of a film. Ours and a user's are YAML files of the same kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from render import registry
from render.config.fields import Allowed, as_written, options, take, unknown_key
from render.config.node import Node
from render.config.options import Flag, Number
from render.config.problems import Problems, nearest_file, shown, unknown
from render.config.yaml import read
from render.errors import RenderError
from render.files import at_hand

if TYPE_CHECKING:
    from render.encode.base import Format

RGB = tuple[int, int, int]
# Shapes that can be distinguished at 12 px, each with the factor that makes it look as large
# as the disc, in the order in which runs get them.
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
COLOUR = re.compile("#[0-9a-fA-F]{6}")
NONE = re.compile("#[0-9a-fA-F]{6}00")
TRANSLUCENT = re.compile("#[0-9a-fA-F]{8}")


def _colour(pattern: re.Pattern[str], value: Any) -> Any:
    if isinstance(value, str) and (COLOUR.fullmatch(value) or pattern.fullmatch(value)):
        return value.lower()
    hint = ": put it in quotes, or # begins a comment" if value is None else ""
    raise ValueError(f"expected a colour like '#ffd166', found {as_written(value)}{hint}")


def _one_each(colours: tuple[str, ...]) -> tuple[str, ...]:
    if len(colours) != len(MARKERS):
        expected = f"expected {len(MARKERS)} colours, one for each run of the longest race"
        raise ValueError(f"{expected}, found {len(colours)}")
    return colours


def _several(colours: tuple[str, ...]) -> tuple[str, ...]:
    if not 2 <= len(colours) <= 64:
        raise ValueError(f"expected from 2 to 64 colours, found {len(colours)}")
    return colours


A_COLOUR = Allowed("a colour")
Colour = Annotated[str, BeforeValidator(lambda value: _colour(COLOUR, value)), A_COLOUR]
Background = Annotated[str, BeforeValidator(lambda value: _colour(NONE, value)), A_COLOUR]
Translucent = Annotated[str, BeforeValidator(lambda value: _colour(TRANSLUCENT, value)), A_COLOUR]
Share = Annotated[Number, Field(ge=0, le=1)]
Brightness = Annotated[Number, Field(ge=0, le=2)]


Colours = Annotated[tuple[Colour, ...], AfterValidator(_several)]
Colormap = Annotated[str, Field(strict=True, pattern=r"^\w+$")]  # draw.plot.contours knows them


@dataclass(frozen=True)
class Theme:
    """Red is the parameter, blue the prediction, light red the data, in every panel.

    Colours are `#rrggbb`, in lower case.
    """

    background: Annotated[Background, Field(description="'#00000000' is none at all")]
    text: Annotated[Colour, Field(description="words")]
    muted: Annotated[Colour, Field(description="tick labels, units, secondary text")]
    # Of #rrggbbaa the alpha counts in plots; lines between panels have the colour alone.
    grid: Annotated[Translucent, Field(description="lines of plots; the last two digits: opacity")]
    parameter: Annotated[Colour, Field(description="the dot")]
    edge: Annotated[Colour, Field(description="the ring around dot and marks")]
    trail: Annotated[Colour, Field(description="the way of the dot")]
    mark: Annotated[Colour, Field(description="the inside of the mark at each recorded step")]
    prediction: Annotated[Colour, Field(description="the model's line")]
    data: Annotated[Colour, Field(description="the points")]
    residual: Annotated[Colour, Field(description="from the points to the line")]
    truth: Annotated[Colour, Field(description="the true line, the optimum")]
    runs: Annotated[
        tuple[Colour, ...],
        AfterValidator(_one_each),
        Allowed("a list of 8 colours"),
        Field(description="the runs of a race"),
    ]
    future: Annotated[Colour, Field(description="the part of a curve that is still to come")]
    surface: Annotated[
        tuple[Colour, ...] | Colormap,
        Allowed("from 2 to 64 colours, or the name of a colormap"),
        Field(description="from the lowest loss to the highest; any colormap of Matplotlib"),
    ]
    wire: Annotated[Colour, Field(description="lines on the surface")]
    wire_strength: Annotated[Share, Field(description="opacity of those lines")]
    slice: Annotated[Colour, Field(description="the part of the surface in which the run moves")]
    shade: Annotated[
        tuple[Brightness, Brightness],
        Field(description="brightness of the surface away from the light, and towards it"),
    ]
    rim: Annotated[Colour, Field(description="a second ring around the dot")]
    rim_strength: Annotated[Share, Field(description="its width, in radii of the dot")] = 0.13
    marker: Annotated[
        Literal["o", "s", "^", "D", "v", "P", "p", "X"],
        Field(description="the shape of a single run's dot, by Matplotlib's name"),
    ] = "o"
    dashed: Annotated[Flag, Field(description="whether dashes distinguish runs too")] = False
    text_scale: Annotated[
        Number, Field(ge=0.8, le=1.5, description="how much larger than usual text is")
    ] = 1.0
    stroke_scale: Annotated[
        Number, Field(ge=0.7, le=2, description="how much thicker strokes are, and larger dots")
    ] = 1.0

    @property
    def clear(self) -> bool:
        """Whether frames are transparent where nothing is drawn."""
        return len(self.background) == 9 and self.background.endswith("00")

    def colours(self, runs: int = 1) -> tuple[RGB, ...]:
        """The flat colours of areas and text, which a palette must hold exactly."""
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

    We add no background by ourselves: on a slide such a film would be useless.
    """
    opaque = [one for one in formats if one.draws and not getattr(one, "alpha", False)]
    if theme.clear and opaque:
        kinds = " and ".join(registry.name_of(type(one)) for one in opaque)
        have = "has" if len(opaque) == 1 else "have"
        raise RenderError(
            f"{kinds} {have} no transparency, and this theme has no background: ask for"
            f" {_transparent_formats()}, or take a theme that has one"
        )


def _transparent_formats() -> str:
    """The formats that can be transparent."""
    folder = "encode/formats"
    transparent = [name for name in registry.names(folder) if registry.member(folder, name).alpha]
    return f"{', '.join(transparent[:-1])} or {transparent[-1]}"


THEMES = Path(__file__).parent.parent / "draw/themes"
SUFFIXES = (".yaml", ".yml")
LIKE = "like"  # the theme from which keys are taken that the file doesn't have
USUAL = "night"
KEYS: dict[str, Any] = options(Theme)
REQUIRED = frozenset(f.name for f in fields(Theme) if f.default is MISSING)


@cache
def theme_names() -> tuple[str, ...]:
    """The themes that come with the package, sorted; no file is read."""
    return tuple(sorted(file.stem for file in THEMES.glob("*.yaml")))


@cache
def _shipped(name: str) -> Theme:
    return read_theme(THEMES / f"{name}.yaml")


def theme_text(name: str) -> str:
    """The comment at the head of the file of one of our themes."""
    head = []
    for line in read(THEMES / f"{name}.yaml")[1].lines:
        if not line.startswith("#"):
            break
        head.append(line.removeprefix("#").removeprefix(" "))
    return "\n".join(head)


def is_file(name: str) -> bool:
    """Whether the name of a theme is that of a file."""
    return name.lower().endswith(SUFFIXES)


def load_theme(name: str, folder: Path) -> Theme:
    """The theme of this name for a config in `folder`. Raises ConfigError for a faulty file."""
    return read_theme(at_hand(folder / name)) if is_file(name) else _shipped(name)


def fault(name: str, folder: Path) -> str | None:
    """Why a config in `folder` can't have a theme of this name; None if it can.

    Raises ConfigError for faults in the theme's file.
    """
    if not is_file(name):
        return None if name in theme_names() else unknown("theme", name, theme_names())
    file = folder / name
    if not file.is_file():
        there = [f.name for f in file.parent.glob("*.y*ml")] if file.parent.is_dir() else []
        return f"no such file: {shown(str(file), 200)}{nearest_file(file.name, there)}"
    read_theme(file)
    return None


def read_theme(path: Path) -> Theme:
    """The theme in a file; keys that it leaves out are those of the theme that it is `like`.

    Raises ConfigError with every problem found.
    """
    root, problems = read(path)
    given = {key: _value(problems, root, key) for key in root.entries if key != LIKE}
    whole = given.keys() >= REQUIRED and LIKE not in root.entries
    like = None if whole else _like(problems, root.get(LIKE))
    problems.raise_any()
    return Theme(**given) if like is None else replace(like, **given)


def _value(problems: Problems, root: Node, key: str) -> Any:
    if key not in KEYS:
        return unknown_key(problems, root, key, (LIKE, *KEYS))
    node = root.at(key)
    if key == "surface" and not isinstance(node.value, str):
        return take(problems, node, Colours)
    return take(problems, node, KEYS[key])


def _like(problems: Problems, node: Node | None) -> Theme:
    if node is None:
        return _shipped(USUAL)
    there = theme_names()
    if isinstance(node.value, str) and node.value in there:
        return _shipped(node.value)
    if isinstance(node.value, str):
        problems.refuse(node, unknown("theme", node.value, there))
    else:
        expected = f"expected one of {', '.join(there)}"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
    return _shipped(USUAL)
