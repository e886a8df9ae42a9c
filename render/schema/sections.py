"""A section of the config in, its JSON Schema out: a member by its name, or spelled out."""

from __future__ import annotations

from inspect import cleandoc
from typing import Any

from render import registry
from render.config.arranging import LIKE, MOST, PANELS, SHAPES, mirror
from render.config.captions import KEYS, LONGEST
from render.config.captions import MOST as MOST_CAPTIONS
from render.config.described import about, first_line
from render.config.filming import LONGEST as LONGEST_WORD
from render.config.filming import MOST_LABELS
from render.config.kinds import Shelf
from render.config.spec import Extent, Film, View
from render.schema.types import Schema, any_of, mapping, typed

THEMES = "draw/themes"
THEME_FILE = r"\.[yY][aA]?[mM][lL]$"


def member_of(shelf: Shelf, path: str) -> Schema:
    """One of a folder of members: its bare name, or its kind and options."""
    kinds = [registry.member(shelf.folder, name) for name in registry.names(shelf.folder)]
    names = [name for cls in kinds for name in (registry.name_of(cls), *cls.aliases)]
    bare = {"enum": names, "description": f"{shelf.article} {shelf.noun} with its defaults"}
    return {"title": path, "anyOf": [bare, *(_member(shelf, path, cls) for cls in kinds)]}


def film() -> Schema:
    """How the film is shot."""
    shipped: Schema = {"enum": list(registry.names(THEMES))}
    cell = {"type": "array", "items": _panel(), "minItems": 1, "maxItems": 3}
    word = {"type": "string", "minLength": 1, "maxLength": LONGEST_WORD}
    words = {"type": "object", "additionalProperties": word, "maxProperties": MOST_LABELS}
    own = {
        "theme": any_of([shipped, {"type": "string", "pattern": THEME_FILE}]),
        "panels": any_of([cell, {"type": "null"}]),
        "layout": any_of([*_layouts(), {"type": "null"}]),
        "labels": words,
    }
    return _titled(Film, "film", mapping(Film, "film", own))


def landscape() -> Schema:
    """Where the surface is drawn: a range for each parameter, whatever the model calls it."""
    found = mapping(View, "landscape")
    extents = found["properties"].pop("extents")
    range_ = typed(Extent, "landscape")
    found["additionalProperties"] = {"description": extents["description"], **range_}
    return _titled(View, "landscape", found)


def captions() -> Schema:
    """Texts, and when each is shown."""
    keys = {
        key: {"title": f"captions.0.{key}", "description": about(hint), **typed(hint)}
        for key, hint in KEYS.items()
    }
    keys["text"]["maxLength"] = LONGEST
    one = {
        "type": "object",
        "properties": keys,
        "additionalProperties": False,
        "required": ["at", "text"],
    }
    told = "texts in the picture, each from its time on"
    return {
        "title": "captions",
        "description": told,
        "type": "array",
        "items": one,
        "maxItems": MOST_CAPTIONS,
    }


def options(cls: type[Any], path: str) -> Schema:
    """A section that is a mapping of options."""
    return _titled(cls, path, mapping(cls, path))


def _titled(cls: type[Any], path: str, found: Schema) -> Schema:
    return {"title": path, "description": first_line(cls), **found}


def _member(shelf: Shelf, path: str, cls: type[Any]) -> Schema:
    name = registry.name_of(cls)
    found = mapping(cls, path)
    names = [name, *cls.aliases]
    kind = {"enum": names} if len(names) > 1 else {"const": name}
    found["properties"] = {
        "kind": {"title": f"{path}.kind", "description": first_line(cls), **kind},
        **found["properties"],
    }
    if name != shelf.default:
        found["required"] = ["kind", *found.get("required", ())]
    told = cleandoc(cls.__doc__ or "")
    return {"title": f"{shelf.noun} {name}", "description": told, **found}


def _panel() -> Schema:
    return {"enum": list(registry.names(PANELS))}


def _layouts() -> list[Schema]:
    """Rows of panels; rows and the panels' options; one of those for each shape of frame."""
    kinds = registry.names(PANELS)
    words = rf"({'|'.join(kinds)})"
    text: Schema = {"type": "string", "pattern": rf"^\s*{words}(\s+{words})*\s*$"}
    row = any_of([text, {"type": "array", "items": _panel(), "minItems": 1, "maxItems": MOST}])
    several: Schema = {"type": "array", "items": row, "minItems": 1, "maxItems": MOST}
    rows = any_of([text | {"description": f"rows of panels, {LIKE}"}, several])
    given = {kind: mapping(mirror(kind), f"film.layout.{kind}") for kind in kinds}
    spelled: Schema = {
        "type": "object",
        "properties": {"rows": rows, **given},
        "additionalProperties": False,
        "required": ["rows"],
    }
    one = any_of([rows, spelled])
    shapes: Schema = {
        "type": "object",
        "properties": {shape: {"description": f"of {shape} frames", **one} for shape in SHAPES},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return [*one["anyOf"], shapes]
