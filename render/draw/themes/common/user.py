"""A theme of the user's own, a YAML file, in; a Theme out, or all that is wrong with the file."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from render import registry
from render.config.draft import Draft
from render.config.expect import found
from render.config.fields import take, unknown_key
from render.config.options import Flag, Number
from render.config.problems import nearest, shown, unknown
from render.config.reading import read
from render.copies import at_hand
from render.draw.themes.base import MARKERS, Theme

THEMES = "draw/themes"
SUFFIXES = (".yaml", ".yml")
LIKE = "like"  # the theme that has whatever the file doesn't say
USUAL = "night"
COLOUR = re.compile("#[0-9a-fA-F]{6}")


def _colour(value: Any) -> Any:
    if isinstance(value, str) and COLOUR.fullmatch(value):
        return value.lower()
    hint = ": put it in quotes, or # begins a comment" if value is None else ""
    raise ValueError(f"expected a colour like '#ffd166', found {found(value)}{hint}")


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


def theme(name: str, folder: Path) -> Theme:
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
    draft = read(path)
    given = {key: _value(draft, key) for key in draft.data if key != LIKE}
    like = _like(draft)
    draft.settle()
    return replace(like, **given)


def _like(draft: Draft) -> Theme:
    name, there = draft.data.get(LIKE, USUAL), registry.names(THEMES)
    if not isinstance(name, str):
        draft.refuse((LIKE,), f"expected one of {', '.join(there)}, found {found(name)}")
    elif name not in there:
        draft.refuse((LIKE,), unknown("theme", name, there))
    known = isinstance(name, str) and name in there
    like: Theme = registry.member(THEMES, name if known else USUAL)()
    return like


def _value(draft: Draft, key: str) -> Any:
    if key not in KEYS:
        return unknown_key(draft, (key,), (LIKE, *KEYS))
    return take(draft, (key,), KEYS[key], draft.data[key])
