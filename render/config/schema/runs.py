"""The JSON Schema of `runs` and `sweep`, made from the schemas of a config's parts.

A run has only what differs, nested or under dotted keys (`optimizer.lr`); a sweep has a
list of plain values wherever a run has a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from render.config.schema.types import Schema, any_of

ITEM = "^[0-9]{1,4}$"  # an item of a list, by its number
PLAIN = ("string", "number", "integer", "boolean")
CLOSED = {"type": "object", "additionalProperties": False}


def runs(parts: Mapping[str, Schema], max_runs: int, max_letters: int) -> Schema:
    """Labels, each with what is different there."""
    partial = {name: _partial(part) for name, part in parts.items()}
    return {
        "title": "runs",
        "description": "several runs in one film: a label, and what is different there",
        "type": "object",
        "minProperties": 2,
        "maxProperties": max_runs,
        "propertyNames": {"minLength": 1, "maxLength": max_letters},
        "additionalProperties": _changing(partial),
    }


def sweep(parts: Mapping[str, Schema]) -> Schema:
    """A run for each value in the lists, or for each combination of them."""
    swept = {name: _swept(_partial(part)) for name, part in parts.items()}
    return {
        "title": "sweep",
        "description": "a run at each of several values: {optimizer.lr: [0.1, 0.3]}",
        **_changing({name: part for name, part in swept.items() if part is not None}),
        "minProperties": 1,
    }


def _changing(parts: Mapping[str, Schema]) -> Schema:
    """The parts, nested, and all that is in them under dotted keys."""
    keys: dict[str, list[Schema]] = {}
    patterns: dict[str, list[Schema]] = {}
    for name, part in parts.items():
        for path, is_pattern, schema in _inside(re.escape(name), part):
            if is_pattern:
                patterns.setdefault(path, []).append(schema)
            else:
                keys.setdefault(path.replace("\\", ""), []).append(schema)
    return {
        "type": "object",
        "properties": {**parts, **{key: any_of(choices) for key, choices in keys.items()}},
        "patternProperties": {f"^{path}$": any_of(choices) for path, choices in patterns.items()},
        "additionalProperties": False,
    }


def _inside(path: str, part: Schema, pattern: bool = False) -> Iterator[tuple[str, bool, Schema]]:
    """Every part within a part: its escaped dotted key, whether that is a pattern, its schema."""
    for choice in _choices(part):
        inner = [(re.escape(key), False, schema) for key, schema in _properties(choice).items()]
        for key, schema in choice.get("patternProperties", {}).items():
            inner.append((key.strip("^$"), True, schema))
        if isinstance(others := choice.get("additionalProperties"), dict):
            known = "|".join(key for key, *_ in inner)
            not_known = rf"(?!({known})(\.|$))" if known else ""
            inner.append((f"{not_known}[^.]+", True, others))
        for key, is_pattern, schema in inner:
            dotted = f"{path}\\.{key}"
            yield dotted, pattern or is_pattern, schema
            yield from _inside(dotted, schema, pattern or is_pattern)


def _partial(part: Schema) -> Schema:
    """The part with nothing required; members are merged, because the film may give the kind."""
    choices = [_open(choice) for choice in _choices(part)]
    mappings = [choice for choice in choices if choice.get("type") == "object"]
    others = [choice for choice in choices if choice.get("type") != "object"]
    lists = [_items(choice) for choice in others if choice.get("type") == "array"]
    merged = [_merged([*mappings, *lists])] if mappings or lists else []
    about = {word: part[word] for word in ("title", "description") if word in part}
    schema = any_of([*others, *merged])
    return schema | about if "anyOf" in schema else about | schema


def _open(choice: Schema) -> Schema:
    """A choice of a part, and all that is in it, with nothing required and no defaults."""
    without = {"default", "required", "allOf"}
    opened = {word: value for word, value in choice.items() if word not in without}
    if opened.get("type") != "object":
        return opened
    if "properties" in opened:
        opened["properties"] = {key: _partial(item) for key, item in opened["properties"].items()}
    if isinstance(opened.get("additionalProperties"), dict):
        opened["additionalProperties"] = _partial(opened["additionalProperties"])
    return opened


def _items(choice: Schema) -> Schema:
    """A mapping that lays values over the items of a list."""
    items = choice["items"]
    each = any_of(items) if isinstance(items, list) else items
    return {**CLOSED, "patternProperties": {ITEM: _partial(each)}}


def _merged(mappings: list[Schema]) -> Schema:
    """One mapping that takes what any of them takes."""
    if len(mappings) == 1:
        return mappings[0]
    keys: dict[str, list[Schema]] = {}
    patterns: dict[str, list[Schema]] = {}
    others: list[Schema] = []
    for one in mappings:
        for key, schema in _properties(one).items():
            keys.setdefault(key, []).append(schema)
        for key, schema in one.get("patternProperties", {}).items():
            patterns.setdefault(key, []).append(schema)
        if isinstance(one.get("additionalProperties"), dict):
            others.append(one["additionalProperties"])
    merged: Schema = {"type": "object"}
    if keys:
        merged["properties"] = {key: any_of(choices) for key, choices in keys.items()}
    if patterns:
        merged["patternProperties"] = {key: any_of(choices) for key, choices in patterns.items()}
    return merged | {"additionalProperties": any_of(others) if others else False}


def _swept(part: Schema) -> Schema | None:
    """The part with lists in place of plain values; None if it has no plain values."""
    plain: list[Schema] = []
    nests: list[Schema] = []
    for choice in _choices(part):
        if choice.get("type") == "object":
            nests.append(_swept_keys(choice))
        elif choice.get("type", "string") in PLAIN:
            plain.append({k: v for k, v in choice.items() if k not in ("title", "description")})
    listed = [{"type": "array", "items": any_of(plain), "minItems": 1}] if plain else []
    nests = [nest for nest in nests if nest.keys() > {"type", "additionalProperties"}]
    about = {word: part[word] for word in ("title", "description") if word in part}
    return any_of([*listed, *nests]) | about if listed or nests else None


def _swept_keys(nest: Schema) -> Schema:
    schema: Schema = {"type": "object"}
    for word in ("properties", "patternProperties"):
        inner = {key: _swept(item) for key, item in nest.get(word, {}).items()}
        if with_values := {key: item for key, item in inner.items() if item is not None}:
            schema[word] = with_values
    others = nest.get("additionalProperties")
    swept = _swept(others) if isinstance(others, dict) else None
    return schema | {"additionalProperties": False if swept is None else swept, "minProperties": 1}


def _choices(part: Schema) -> list[Schema]:
    """The schemas that a choice chooses from, at any depth; of another schema itself alone."""
    if "anyOf" not in part:
        return [part]
    return [inner for choice in part["anyOf"] for inner in _choices(choice)]


def _properties(choice: Schema) -> Schema:
    properties: Schema = choice.get("properties", {})
    return properties
