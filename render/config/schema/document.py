"""The JSON Schema of a config (Draft 7), for editors: configs/scene.schema.json."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from inspect import cleandoc
from typing import Any

from render import registry
from render.config.build import FORMAT, MEASURE, SHELVES, Seed, Shelf
from render.config.captions import KEYS, MAX_CAPTIONS, MAX_LETTERS
from render.config.language import ENGLISH, language_names
from render.config.layout import LIKE, MAX_ROWS, mirror
from render.config.load import MAX_WORD_LETTERS, MAX_WORDS, Text
from render.config.map import RANGE, MapSize, Zoom
from render.config.runs import MAX_LABEL_LETTERS, MAX_RUNS
from render.config.scene_file import installed
from render.config.schema import runs
from render.config.schema.described import about, first_line
from render.config.schema.types import Schema, any_of, mapping, typed
from render.config.spec import (
    MAX_STOPS,
    Extent,
    FilmOptions,
    LandscapeOptions,
    StopOptions,
    Training,
)
from render.config.targets import targets
from render.config.theme import theme_names
from render.scene import PANELS, SHAPES

MAX_WIDTH = 120  # columns of the written schema
MAX_MEASURES = len(registry.names(MEASURE.folder))
THEME_FILE = r"\.[yY][aA]?[mM][lL]$"


def document() -> Schema:
    """The schema of a config, Draft 7."""
    parts = _parts()
    outputs = {
        "title": "outputs",
        "description": "which files are made; mp4, gif, png, csv and json when left out",
        "type": "array",
        "minItems": 1,
        "items": member_of(FORMAT, "outputs.0"),
    }
    keys: Schema = {
        "title": {"title": "title", "description": "what the film is called", **typed(Text)},
        "language": _language(),
        "scene": _scene(),
        **parts,
        "film": film(),
        "outputs": outputs,
        "target": _target(),
        "captions": captions(),
        "map": map_(),
        "runs": runs.runs(parts, max(MAX_RUNS.values()), MAX_LABEL_LETTERS),
        "sweep": runs.sweep(parts),
    }
    definitions, properties = share(keys)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A film of gradient descent",
        "description": "A config of descent-film: only what differs from the defaults.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "not": {"required": ["runs", "sweep"]},
        "definitions": definitions,
    }


def written() -> str:
    """The schema as the text of its file."""
    return _lines(document(), "") + "\n"


def _lines(node: Any, indent: str) -> str:
    """Readable JSON: what fits in a line is on one line."""
    text = json.dumps(node, ensure_ascii=False)
    if len(indent) + len(text) <= MAX_WIDTH or not isinstance(node, dict | list) or not node:
        return text
    deeper = indent + " "
    if isinstance(node, list):
        items = [_lines(item, deeper) for item in node]
        return "[\n" + ",\n".join(deeper + item for item in items) + f"\n{indent}]"
    pairs = [f"{json.dumps(k, ensure_ascii=False)}: {_lines(v, deeper)}" for k, v in node.items()]
    return "{\n" + ",\n".join(deeper + pair for pair in pairs) + f"\n{indent}}}"


def member_of(shelf: Shelf, path: str) -> Schema:
    """One of a folder of members: its bare name, or its kind and options."""
    kinds = [registry.member(shelf.folder, name) for name in registry.names(shelf.folder)]
    names = [name for cls in kinds for name in (registry.name_of(cls), *cls.aliases)]
    bare = {"enum": names, "description": f"{shelf.article} {shelf.noun} with its defaults"}
    return {"title": path, "anyOf": [bare, *(_member(shelf, path, cls) for cls in kinds)]}


def film() -> Schema:
    """The section `film`."""
    shipped: Schema = {"enum": list(theme_names())}
    cell = {"type": "array", "items": _panel(), "minItems": 1, "maxItems": 3}
    word = {"type": "string", "minLength": 1, "maxLength": MAX_WORD_LETTERS}
    words = {"type": "object", "additionalProperties": word, "maxProperties": MAX_WORDS}
    own = {
        "theme": any_of([shipped, {"type": "string", "pattern": THEME_FILE}]),
        "panels": any_of([cell, {"type": "null"}]),
        "layout": any_of([*_layouts(), {"type": "null"}]),
        "labels": words,
        "stops": _stops(),
    }
    return _titled(FilmOptions, "film", mapping(FilmOptions, "film", own))


def _stops() -> Schema:
    """A word, a list of times, or both with options."""
    spelled = mapping(StopOptions, "film.stops")
    at = spelled["properties"]["at"]
    for choice in at["anyOf"]:
        if choice.get("type") == "array":
            choice["maxItems"] = MAX_STOPS
    return any_of([*({**choice} for choice in at["anyOf"]), spelled])


def landscape() -> Schema:
    """The section `landscape`, which has a range for each parameter of the model."""
    schema = mapping(LandscapeOptions, "landscape")
    extents = schema["properties"].pop("extents")
    range_ = typed(Extent, "landscape")
    schema["additionalProperties"] = {"description": extents["description"], **range_}
    return _titled(LandscapeOptions, "landscape", schema)


def captions() -> Schema:
    """The section `captions`: texts, and when each is shown."""
    keys = {
        key: {"title": f"captions.0.{key}", "description": about(hint), **typed(hint)}
        for key, hint in KEYS.items()
    }
    keys["text"]["maxLength"] = MAX_LETTERS
    one = {
        "type": "object",
        "properties": keys,
        "additionalProperties": False,
        "required": ["at", "text"],
    }
    return {
        "title": "captions",
        "description": "texts in the picture, each from its time on",
        "type": "array",
        "items": one,
        "maxItems": MAX_CAPTIONS,
    }


def map_() -> Schema:
    """The section `map`: two keys with their ranges."""
    axes = {
        name: {
            "title": f"map.{name}",
            "description": f"the key along {name} and its range: KEY=A..B, or KEY=A..B:log",
            "type": "string",
            "pattern": re.sub(r"\?P<\w+>", "", f"^{RANGE.pattern}$"),
        }
        for name in ("x", "y")
    }
    zoom = {**options(Zoom, "map.zoom"), "description": "closer windows, each computed afresh"}
    size = {"title": "map.size", "description": about(MapSize), **typed(MapSize)}
    return {
        "title": "map",
        "description": "a map of runs: each pixel is one, its colour says how it ends",
        "type": "object",
        "properties": {**axes, "size": size, "zoom": zoom},
        "additionalProperties": False,
        "required": ["x", "y"],
    }


def options(cls: type[Any], path: str) -> Schema:
    """A section that is a mapping of options."""
    return _titled(cls, path, mapping(cls, path))


def _titled(cls: type[Any], path: str, schema: Schema) -> Schema:
    return {"title": path, "description": first_line(cls), **schema}


def _member(shelf: Shelf, path: str, cls: type[Any]) -> Schema:
    name = registry.name_of(cls)
    schema = mapping(cls, path)
    names = [name, *cls.aliases]
    kind = {"enum": names} if len(names) > 1 else {"const": name}
    schema["properties"] = {
        "kind": {"title": f"{path}.kind", "description": first_line(cls), **kind},
        **schema["properties"],
    }
    if name != shelf.default:
        schema["required"] = ["kind", *schema.get("required", ())]
    return {"title": f"{shelf.noun} {name}", "description": cleandoc(cls.__doc__ or ""), **schema}


def _panel() -> Schema:
    return {"enum": list(registry.names(PANELS))}


def _layouts() -> list[Schema]:
    """Rows of panels; rows and the panels' options; one of those for each shape of frame."""
    kinds = registry.names(PANELS)
    words = rf"(({'|'.join(kinds)})(-[2-9])?|\.)"
    text: Schema = {"type": "string", "pattern": rf"^\s*{words}(\s+{words})*\s*$"}
    cell: Schema = {"type": "string", "pattern": f"^{words}$"}
    row = any_of([text, {"type": "array", "items": cell, "minItems": 1, "maxItems": MAX_ROWS}])
    several: Schema = {"type": "array", "items": row, "minItems": 1, "maxItems": MAX_ROWS}
    rows = any_of([text | {"description": f"rows of panels, {LIKE}"}, several])
    given = {kind: mapping(mirror(kind), f"film.layout.{kind}") for kind in kinds}
    spelled: Schema = {
        "type": "object",
        "properties": {"rows": rows, **given},
        "patternProperties": {f"^{kind}-[2-9]$": one for kind, one in given.items()},
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


def _parts() -> Mapping[str, Schema]:
    """The parts of a config that make a run, in which the runs of a film may differ."""
    seed = {"title": "seed", "description": "of all that is random: noise, batches, held-out data"}
    return {
        "seed": {**seed, **typed(Seed), "default": 1},
        **{name: member_of(shelf, name) for name, shelf in SHELVES.items()},
        "training": options(Training, "training"),
        "landscape": landscape(),
        "measure": _measures(),
    }


def _measures() -> Schema:
    """What is measured: one measure, or a list of several."""
    one = member_of(MEASURE, "measure.0")
    description = "at each recorded row: columns of the table, and panels"
    several: Schema = {"type": "array", "items": one, "maxItems": MAX_MEASURES}
    return {"title": "measure", "description": description, **any_of([several, one])}


def _target() -> Schema:
    """The name of a place that films go to, its words joined by - or by _."""
    names = dict.fromkeys(n for name in targets() for n in (name, name.replace("-", "_")))
    description = (
        "the place it is for: sets film.size, film.fps and outputs where nothing else does"
    )
    return {"title": "target", "description": description, "enum": list(names)}


def _language() -> Schema:
    """The language of the film's own texts."""
    description = "of the film's own words; titles, captions and labels of runs stay as written"
    return {
        "title": "language",
        "description": description,
        "enum": list(language_names()),
        "default": ENGLISH,
    }


def _scene() -> Schema:
    """A scene that comes with the package, or one of the user's own."""
    shipped = {"enum": list(installed())}
    own = {"type": "string", "pattern": r"^[^/\\]+$"}
    description = "the arrangement of panels and beats: one that ships, or a file in scenes/"
    return {"title": "scene", "description": description, **any_of([shipped, own])}


# Schemas of fewer characters are repeated, since that is easier to read than a reference.
MIN_SHARED_TITLED, MIN_SHARED = 80, 400  # with a title, and without


def share(schemas: Schema) -> tuple[Schema, Schema]:
    """The definitions of what is repeated, and the schemas with references to them."""
    counts: Counter[str] = Counter()
    _count(schemas, counts)
    repeated = {text for text, count in counts.items() if count > 1}
    names: dict[str, str] = {}
    definitions: Schema = {}

    def replaced(node: Any) -> Any:
        text = _text(node) if _worth(node) else ""
        if text not in repeated:
            return _each(node, replaced)
        if text not in names:
            names[text] = _free(node, definitions)
            definitions[names[text]] = None  # reserves the name while its parts are replaced
            definitions[names[text]] = _each(node, replaced)
        return {"$ref": f"#/definitions/{names[text]}"}

    shared = {key: _each(schema, replaced) for key, schema in schemas.items()}
    return dict(sorted(definitions.items())), shared


def _count(node: Any, counts: Counter[str]) -> None:
    if _worth(node):
        counts[text := _text(node)] += 1
        if counts[text] > 1:
            return  # its parts are repeated only as parts of it
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for part in parts:
        _count(part, counts)


def _each(node: Any, change: Callable[[Any], Any]) -> Any:
    """The node with each of its parts changed."""
    if isinstance(node, dict):
        return {key: change(part) for key, part in node.items()}
    return [change(part) for part in node] if isinstance(node, list) else node


def _worth(node: Any) -> bool:
    """Whether it is a schema, and long enough to be referred to."""
    if not isinstance(node, dict) or not isinstance(
        node.get("type", node.get("anyOf")), str | list
    ):
        return False
    return len(_text(node)) > (MIN_SHARED_TITLED if "title" in node else MIN_SHARED)


def _text(node: Any) -> str:
    return json.dumps(node, ensure_ascii=False)


def _free(node: Schema, taken: Schema) -> str:
    """A name for a definition, from its title."""
    stem = re.sub(r"[^A-Za-z0-9_.]+", "_", str(node.get("title", "part")))
    number = 1
    while (name := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return name
