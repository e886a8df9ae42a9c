"""The schema of a film's parts in, that of what `runs` and `sweep` change about them out.

A run says only what differs, nested or under dotted keys (`optimizer.lr`); a sweep has a
list of plain values wherever a run has a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BeforeValidator

from render.config.described import REQUIRED, described, first_line
from render.config.fields import UNIONS, bare, is_union, limit, metadata

Schema = dict[str, Any]

LIMITS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
}
SIMPLE = {bool: "boolean", int: "integer", float: "number", str: "string"}


def typed(annotation: Any, path: str = "") -> Schema:
    """The schema of a value; `path` is how --set calls it."""
    found = _extra(annotation)
    if "type" not in found:
        found = _bare(annotation, path) | found
    return any_of([found, {"type": "null"}]) if _optional(annotation) else found


def mapping(cls: type[Any], path: str = "", own: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of a dataclass: its fields are the keys, no others.

    `own` are schemas of fields whose types don't say what the config allows.
    """
    properties: Schema = {}
    required: list[str] = []
    single: list[Schema] = []
    for option in described(cls):
        key = f"{path}.{option.name}" if path else option.name
        found = {"title": key} | ({"description": option.about} if option.about else {})
        allowed = (own or {}).get(option.name)
        found |= typed(option.annotation, key) if allowed is None else allowed
        if option.default is REQUIRED:
            required.append(option.name)
        elif option.default is not None:
            found["default"] = option.default
        properties[option.name] = found
        for alias in option.aliases:
            properties[alias] = found | {"description": f"the same as {option.name}"}
            single.append({"not": {"required": [option.name, alias]}})
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    schema |= {"required": required} if required else {}
    return schema | ({"allOf": single} if single else {})


def any_of(choices: list[Schema]) -> Schema:
    """A choice, those of the choices' own with the others, each once."""
    flat: list[Schema] = []
    for choice in choices:
        for one in choice["anyOf"] if choice.keys() == {"anyOf"} else [choice]:
            if one not in flat:
                flat.append(one)
    return flat[0] if len(flat) == 1 else {"anyOf": flat}


def _bare(annotation: Any, path: str) -> Schema:
    kind = bare(annotation)
    if is_union(annotation):
        return any_of([typed(choice, path) for choice in get_args(kind)])
    if get_origin(kind) is Literal:
        return {"enum": list(get_args(kind))}
    if get_origin(kind) is tuple:
        return _list(annotation, path)
    if get_origin(kind) is dict:
        return {"type": "object", "additionalProperties": typed(get_args(kind)[1], path)}
    if is_dataclass(kind):
        found = {"description": first_line(kind)} | mapping(kind, path)  # type: ignore[arg-type]
        short = any(isinstance(extra, BeforeValidator) for extra in metadata(annotation))
        return any_of([{"type": "number"}, found]) if short else found
    found = {"type": SIMPLE[kind]}
    for name, word in (("min_length", "minLength"), ("max_length", "maxLength"), *LIMITS.items()):
        if (bound := limit(annotation, name)) is not None:
            found[word] = bound
    return found


def _list(annotation: Any, path: str) -> Schema:
    items = get_args(bare(annotation))
    found: Schema = {"type": "array", "items": typed(items[0], path)}
    if Ellipsis not in items:
        each = [typed(item, f"{path}.{index}") for index, item in enumerate(items)]
        alike = all(item == each[0] for item in each)
        found["items"] = each[0] if alike else each
        return found | {"minItems": len(each), "maxItems": len(each)}
    fewest = limit(annotation, "min_length")
    return found if fewest is None else found | {"minItems": fewest}


def _extra(annotation: Any) -> Schema:
    """What a field says of its schema itself, where its type doesn't tell."""
    found: Schema = {}
    for extra in metadata(annotation):
        found |= getattr(extra, "json_schema_extra", None) or {}
    return found


def _optional(annotation: Any) -> bool:
    """Whether it may be left open with null."""
    if get_origin(annotation) is Annotated:
        return _optional(get_args(annotation)[0])
    return get_origin(annotation) in UNIONS and NoneType in get_args(annotation)


NUMBER = "^[0-9]{1,4}$"  # an item of a list, by its number
PLAIN = ("string", "number", "integer", "boolean")
CLOSED = {"type": "object", "additionalProperties": False}


def runs(parts: Mapping[str, Schema], most: int, longest: int) -> Schema:
    """Labels, each with what is different there."""
    partial = {name: _partial(part) for name, part in parts.items()}
    return {
        "title": "runs",
        "description": "several runs in one film: a label, and what is different there",
        "type": "object",
        "minProperties": 2,
        "maxProperties": most,
        "propertyNames": {"minLength": 1, "maxLength": longest},
        "additionalProperties": _changing(partial),
    }


def sweep(parts: Mapping[str, Schema]) -> Schema:
    """A run for each value in the lists, or for each combination of them."""
    swept = {name: _swept(_partial(part)) for name, part in parts.items()}
    told = "a run at each of several values: {optimizer.lr: [0.1, 0.3]}"
    return {
        "title": "sweep",
        "description": told,
        **_changing({name: part for name, part in swept.items() if part is not None}),
        "minProperties": 1,
    }


def _changing(parts: Mapping[str, Schema]) -> Schema:
    """The parts, nested, and all that is in them under dotted keys."""
    keys: dict[str, list[Schema]] = {}
    patterns: dict[str, list[Schema]] = {}
    for name, part in parts.items():
        for path, is_pattern, found in _inside(re.escape(name), part):
            kept = patterns if is_pattern else keys
            kept.setdefault(path if is_pattern else path.replace("\\", ""), []).append(found)
    return {
        "type": "object",
        "properties": {**parts, **{key: any_of(found) for key, found in keys.items()}},
        "patternProperties": {f"^{path}$": any_of(found) for path, found in patterns.items()},
        "additionalProperties": False,
    }


def _inside(path: str, part: Schema, pattern: bool = False) -> Iterator[tuple[str, bool, Schema]]:
    """Every part of a part: its dotted key as a regular expression, and whether it needs be one."""
    for choice in _choices(part):
        inner = [(re.escape(key), False, found) for key, found in _properties(choice).items()]
        for key, found in choice.get("patternProperties", {}).items():
            inner.append((key.strip("^$"), True, found))
        if isinstance(found := choice.get("additionalProperties"), dict):
            known = "|".join(key for key, *_ in inner)
            others = rf"(?!({known})(\.|$))" if known else ""
            inner.append((f"{others}[^.]+", True, found))
        for key, open_, found in inner:
            here = f"{path}\\.{key}"
            yield here, pattern or open_, found
            yield from _inside(here, found, pattern or open_)


def _partial(part: Schema) -> Schema:
    """The same with nothing required; members merged, because the kind may be the film's."""
    choices = [_open(choice) for choice in _choices(part)]
    mappings = [choice for choice in choices if choice.get("type") == "object"]
    others = [choice for choice in choices if choice.get("type") != "object"]
    lists = [_items(choice) for choice in others if choice.get("type") == "array"]
    merged = [_merged([*mappings, *lists])] if mappings or lists else []
    about = {word: part[word] for word in ("title", "description") if word in part}
    found = any_of([*others, *merged])
    return found | about if "anyOf" in found else about | found


def _open(choice: Schema) -> Schema:
    without = {"default", "required", "allOf"}
    found = {word: value for word, value in choice.items() if word not in without}
    if found.get("type") != "object":
        return found
    if "properties" in found:
        found["properties"] = {key: _partial(item) for key, item in found["properties"].items()}
    if isinstance(found.get("additionalProperties"), dict):
        found["additionalProperties"] = _partial(found["additionalProperties"])
    return found


def _items(choice: Schema) -> Schema:
    """A mapping that lays values over the items of a list."""
    items = choice["items"]
    each = any_of(items) if isinstance(items, list) else items
    return {**CLOSED, "patternProperties": {NUMBER: _partial(each)}}


def _merged(mappings: list[Schema]) -> Schema:
    """One mapping that takes what any of them takes."""
    if len(mappings) == 1:
        return mappings[0]
    keys: dict[str, list[Schema]] = {}
    patterns: dict[str, list[Schema]] = {}
    others: list[Schema] = []
    for one in mappings:
        for key, found in _properties(one).items():
            keys.setdefault(key, []).append(found)
        for key, found in one.get("patternProperties", {}).items():
            patterns.setdefault(key, []).append(found)
        if isinstance(one.get("additionalProperties"), dict):
            others.append(one["additionalProperties"])
    merged: Schema = {"type": "object"}
    if keys:
        merged["properties"] = {key: any_of(found) for key, found in keys.items()}
    if patterns:
        merged["patternProperties"] = {key: any_of(found) for key, found in patterns.items()}
    return merged | {"additionalProperties": any_of(others) if others else False}


def _swept(part: Schema) -> Schema | None:
    """Lists where there were plain values, in the same nest; None where there are none."""
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
    found: Schema = {"type": "object"}
    for word in ("properties", "patternProperties"):
        inner = {key: _swept(item) for key, item in nest.get(word, {}).items()}
        if kept := {key: item for key, item in inner.items() if item is not None}:
            found[word] = kept
    others = nest.get("additionalProperties")
    swept = _swept(others) if isinstance(others, dict) else None
    return found | {"additionalProperties": False if swept is None else swept, "minProperties": 1}


def _choices(part: Schema) -> list[Schema]:
    """What a schema chooses from, the choices of choices too; itself where it is no choice."""
    if "anyOf" not in part:
        return [part]
    return [inner for choice in part["anyOf"] for inner in _choices(choice)]


def _properties(choice: Schema) -> Schema:
    found: Schema = choice.get("properties", {})
    return found
