"""A field's annotation in, the JSON Schema of what it allows out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BeforeValidator

from render.config.described import REQUIRED, described, first_line
from render.config.expect import UNIONS, bare, is_union, limit, metadata

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
