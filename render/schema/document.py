"""The whole config language as one JSON Schema, for editors and other programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from render import registry, scene
from render.config.kinds import DATASET, FORMAT, LOSS, MODEL, OPTIMIZER, SCHEDULE
from render.config.load import Text
from render.config.parts import Seed
from render.config.runs import LONGEST, MOST
from render.config.spec import Training
from render.schema import changes
from render.schema.sections import captions, film, landscape, member_of, options
from render.schema.shared import share
from render.schema.types import Schema, any_of, typed
from render.targets.table import TABLE

WIDEST = 120  # columns of the written schema

SHELVES = {
    "dataset": DATASET,
    "model": MODEL,
    "loss": LOSS,
    "optimizer": OPTIMIZER,
    "schedule": SCHEDULE,
}


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
        "scene": _scene(),
        **parts,
        "film": film(),
        "outputs": outputs,
        "target": _target(),
        "captions": captions(),
        "runs": changes.runs(parts, max(MOST.values()), LONGEST),
        "sweep": changes.sweep(parts),
    }
    definitions, properties = share(keys)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A film of gradient descent",
        "description": "A config of descent-film: says only what differs from the defaults.",
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
    """JSON that one can read: what fits is on one line."""
    text = json.dumps(node, ensure_ascii=False)
    if len(indent) + len(text) <= WIDEST or not isinstance(node, dict | list) or not node:
        return text
    deeper = indent + " "
    if isinstance(node, list):
        items = [_lines(item, deeper) for item in node]
        return "[\n" + ",\n".join(deeper + item for item in items) + f"\n{indent}]"
    pairs = [f"{json.dumps(k, ensure_ascii=False)}: {_lines(v, deeper)}" for k, v in node.items()]
    return "{\n" + ",\n".join(deeper + pair for pair in pairs) + f"\n{indent}}}"


def _parts() -> Mapping[str, Schema]:
    """What makes a run, and what the runs of a film may differ in."""
    seed = {"title": "seed", "description": "of all that is random: noise, batches, held-out data"}
    return {
        "seed": {**seed, **typed(Seed), "default": 1},
        **{name: member_of(shelf, name) for name, shelf in SHELVES.items()},
        "training": options(Training, "training"),
        "landscape": landscape(),
    }


def _target() -> Schema:
    """A place that films go to, its words joined either way."""
    names = dict.fromkeys(n for name in TABLE for n in (name, name.replace("-", "_")))
    told = "the place it is for: sets film.size, film.fps and outputs where nothing else does"
    return {"title": "target", "description": told, "enum": list(names)}


def _scene() -> Schema:
    """A scene that comes with the package, or one of the user's own."""
    beside_ours = registry.PACKAGE.parent / "configs" / "any.yaml"
    shipped = {"enum": list(scene.known(beside_ours))}
    own = {"type": "string", "pattern": r"^[^/\\]+$"}
    told = "the arrangement of panels and beats: one that ships, or a file in scenes/"
    return {"title": "scene", "description": told, **any_of([shipped, own])}
