"""The JSON Schema of a type that an option is declared with, and of a dataclass of options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BeforeValidator

from render.config.fields import UNIONS, bare, is_union, limit, metadata
from render.config.schema.described import REQUIRED, described, first_line

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
    schema = _extra(annotation)
    if "type" not in schema:
        schema = _bare(annotation, path) | schema
    return any_of([schema, {"type": "null"}]) if _optional(annotation) else schema


def mapping(cls: type[Any], path: str = "", own: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of a dataclass: its fields are the keys, no others.

    `own` has the schemas of fields for which the config allows other values than their types.
    """
    properties: Schema = {}
    required: list[str] = []
    not_both: list[Schema] = []  # a name and its alias
    for option in described(cls):
        key = f"{path}.{option.name}" if path else option.name
        value = {"title": key} | ({"description": option.about} if option.about else {})
        given = (own or {}).get(option.name)
        value |= typed(option.annotation, key) if given is None else given
        if option.default is REQUIRED:
            required.append(option.name)
        elif option.default is not None:
            value["default"] = option.default
        properties[option.name] = value
        for alias in option.aliases:
            properties[alias] = value | {"description": f"the same as {option.name}"}
            not_both.append({"not": {"required": [option.name, alias]}})
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    schema |= {"required": required} if required else {}
    return schema | ({"allOf": not_both} if not_both else {})


def any_of(choices: list[Schema]) -> Schema:
    """A choice between schemas, each once; a choice among them is spread out."""
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
        spelled = {"description": first_line(kind)} | mapping(kind, path)  # type: ignore[arg-type]
        short = any(isinstance(extra, BeforeValidator) for extra in metadata(annotation))
        return any_of([{"type": "number"}, spelled]) if short else spelled
    schema = {"type": SIMPLE[kind]}
    for name, word in (("min_length", "minLength"), ("max_length", "maxLength"), *LIMITS.items()):
        if (bound := limit(annotation, name)) is not None:
            schema[word] = bound
    return schema


def _list(annotation: Any, path: str) -> Schema:
    items = get_args(bare(annotation))
    schema: Schema = {"type": "array", "items": typed(items[0], path)}
    if Ellipsis not in items:
        each = [typed(item, f"{path}.{index}") for index, item in enumerate(items)]
        equal = all(item == each[0] for item in each)
        schema["items"] = each[0] if equal else each
        return schema | {"minItems": len(each), "maxItems": len(each)}
    fewest = limit(annotation, "min_length")
    return schema if fewest is None else schema | {"minItems": fewest}


def _extra(annotation: Any) -> Schema:
    """What a field's metadata add to the schema of its type."""
    schema: Schema = {}
    for extra in metadata(annotation):
        schema |= getattr(extra, "json_schema_extra", None) or {}
    return schema


def _optional(annotation: Any) -> bool:
    """Whether the annotation allows null."""
    if get_origin(annotation) is Annotated:
        return _optional(get_args(annotation)[0])
    return get_origin(annotation) in UNIONS and NoneType in get_args(annotation)
