"""Schemas in, the same with what they repeat written once, in definitions, out."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from render.schema.types import Schema

SHORT, LONG = 80, 400  # characters, with and without a title: less is easier to read repeated


def share(schemas: Schema) -> tuple[Schema, Schema]:
    """The definitions, and the schemas that refer to them."""
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
            definitions[names[text]] = None  # keeps the name while its parts are looked at
            definitions[names[text]] = _each(node, replaced)
        return {"$ref": f"#/definitions/{names[text]}"}

    found = {key: _each(schema, replaced) for key, schema in schemas.items()}
    return dict(sorted(definitions.items())), found


def _count(node: Any, counts: Counter[str]) -> None:
    if _worth(node):
        counts[text := _text(node)] += 1
        if counts[text] > 1:
            return  # its parts are repeated only as parts of it
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _count(part, counts)


def _each(node: Any, change: Any) -> Any:
    if isinstance(node, dict):
        return {key: change(part) for key, part in node.items()}
    return [change(part) for part in node] if isinstance(node, list) else node


def _worth(node: Any) -> bool:
    """Whether it is a schema, and long enough to be referred to."""
    if not isinstance(node, dict) or not isinstance(
        node.get("type", node.get("anyOf")), str | list
    ):
        return False
    return len(_text(node)) > (SHORT if "title" in node else LONG)


def _text(node: Any) -> str:
    return json.dumps(node, ensure_ascii=False)


def _free(node: Schema, taken: Schema) -> str:
    """A name for a definition, from its title."""
    stem = re.sub(r"[^A-Za-z0-9_.]+", "_", str(node.get("title", "part")))
    number = 1
    while (name := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return name
