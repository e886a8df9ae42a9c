"""What can stand at a place of a config, from our schema: keys and values, each with its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from render.config.schema.document import document
from render.studio.edit import written

Schema = dict[str, Any]
WORD = re.compile(r"[\w.\-]*$")
TOKEN = re.compile(
    r"'(?:[^']|'')*'?|\"(?:[^\"\\]|\\.)*\"?|[{}\[\],]|:(?=\s|$)|(?<=\s)#.*|^#.*|[^\s{}\[\],:#'\"]+|[:#]"
)
MAX_DEPTH = 12
OF_RUN = 2  # keys before a run's own: runs, and its label


@dataclass
class Level:
    """A mapping or a list that is open at the cursor."""

    indent: int  # of its keys; -1 for one in braces
    bracket: str = ""  # { or [
    key: str = ""  # the last one; the number of an item in a list
    awaits: str = "key"  # or value
    given: dict[str, str] = field(default_factory=dict)  # keys so far, with their plain values


@dataclass(frozen=True)
class Position:
    """What is open where the cursor is."""

    path: tuple[str, ...]
    expects: str  # key or value
    start: int  # where the word at the cursor begins
    given: tuple[dict[str, str], ...]  # of each level


def position(text: str, offset: int) -> Position:
    """Where in the tree a place of a text is, which need not be valid YAML."""
    before = text[:offset]
    word = WORD.search(before)
    assert word is not None
    start = word.start()
    levels = [Level(0)]
    lines = before[:start].split("\n")
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        if not any(level.bracket for level in levels):
            line = _indented(levels, line, last)
        _read(levels, line)
    keys = [level.key for level in levels[:-1]]
    top = levels[-1]
    path = (*keys, top.key) if top.awaits == "value" or top.bracket == "[" else tuple(keys)
    expects = "value" if top.awaits == "value" or top.bracket == "[" else "key"
    return Position(tuple(path), expects, start, tuple(level.given for level in levels))


def _indented(levels: list[Level], line: str, last: bool) -> str:
    """Close and open the levels of a line's indentation; the line without it."""
    body = line.lstrip(" ")
    if not last and (not body.strip() or body.startswith("#")):
        return ""
    indent = len(line) - len(body)
    while len(levels) > 1 and levels[-1].indent > indent:
        levels.pop()
    if levels[-1].awaits == "value" and levels[-1].indent < indent:
        levels.append(Level(indent))
    elif levels[-1].awaits == "value" and not body.startswith("- "):
        levels[-1].awaits = "key"
    while body.startswith("- "):
        if levels[-1].bracket == "" and levels[-1].key != "*":
            if levels[-1].awaits == "value":
                levels.append(Level(indent))
            levels[-1].key, levels[-1].awaits = "*", "value"
        inner = body[2:].lstrip(" ")
        indent += len(body) - len(inner)
        body = inner
        levels.append(Level(indent))
    return body


def _read(levels: list[Level], line: str) -> None:
    """Follow what is written in a line."""
    tokens = [t for t in TOKEN.findall(line) if not t.startswith("#")]
    pending = ""
    for token in tokens:
        top = levels[-1]
        if token in "{[":
            if len(levels) > 1 and not (top.bracket or top.key):
                levels.pop()  # the item of a list is this, and no mapping over lines
            levels.append(Level(-1, token, "*" if token == "[" else ""))
            levels[-1].awaits = "value" if token == "[" else "key"
        elif token in "}]":
            while len(levels) > 1 and not levels[-1].bracket:
                levels.pop()
            if len(levels) > 1:
                levels.pop()
            levels[-1].awaits = "key" if levels[-1].bracket != "[" else "value"
        elif token == ",":
            top.awaits = "value" if top.bracket == "[" else "key"
        elif token == ":" and top.awaits == "key":
            top.key, top.awaits = pending.strip("'\""), "value"
            top.given[top.key] = ""
        elif top.awaits == "value" and top.bracket != "[":
            top.given[top.key] = (top.given.get(top.key, "") + " " + token).strip(" '\"")
        pending = token if token not in "{}[]," else ""


@cache
def _document() -> Schema:
    return document()


def complete(text: str, offset: int) -> dict[str, Any]:
    """The words that fit at a place, those that begin as the word there does first."""
    at = position(text, offset)
    word = text[at.start : offset].lower()
    schemas = list(_at(at))
    items = list(_keys(schemas, at) if at.expects == "key" else _values(schemas))
    unique = {item["text"]: item for item in reversed(items)}
    chosen = [item for item in reversed(unique.values()) if word in item["text"].lower()]
    chosen.sort(key=lambda item: not item["text"].lower().startswith(word))
    exact = len(chosen) == 1 and chosen[0]["text"].lower() == word
    return {"from": at.start, "items": [] if exact else chosen[:60]}


def _at(at: Position) -> Iterator[Schema]:
    """The schemas of the place, of those kinds that are named on the way."""
    path, levels = _of_film(at)
    schemas = list(_choices(_document(), levels[0]))
    for depth, key in enumerate(path):
        given = levels[depth + 1] if depth + 1 < len(levels) else {}
        schemas = [
            c for schema in schemas for one in _under(schema, key) for c in _choices(one, given)
        ]
    yield from schemas


def _of_film(at: Position) -> tuple[tuple[str, ...], tuple[dict[str, str], ...]]:
    """The path, and what is given along it; of a run's section, as if it was the film's.

    The schema of a run allows the options of all kinds together, and says less of each.
    """
    if at.path[:1] != ("runs",) or len(at.path) <= OF_RUN:
        return at.path, at.given
    section, *rest = at.path[OF_RUN:]
    keys = section.split(".")
    between: list[dict[str, str]] = [{} for _ in keys[1:]]
    return (*keys, *rest), (at.given[0], *between, *at.given[OF_RUN + 1 :])


def _choices(schema: Schema, given: dict[str, str], depth: int = 0) -> Iterator[Schema]:
    """A schema and its alternatives, without those of another kind than is given."""
    if depth > MAX_DEPTH:
        return
    while "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        schema = _document()["definitions"][name]
    kind = schema.get("properties", {}).get("kind", {})
    named = [kind["const"]] if "const" in kind else kind.get("enum", [])
    if named and given.get("kind") and given["kind"] not in named:
        return
    yield schema
    for word in ("anyOf", "oneOf"):
        for one in schema.get(word, ()):
            yield from _choices(one, given, depth + 1)


def _under(schema: Schema, key: str) -> Iterator[Schema]:
    if key == "*":
        items = schema.get("items")
        yield from items if isinstance(items, list) else [items] if items else []
        return
    if key in schema.get("properties", {}):
        yield schema["properties"][key]
    elif isinstance(schema.get("additionalProperties"), dict):
        yield schema["additionalProperties"]


def _keys(schemas: list[Schema], at: Position) -> Iterator[dict[str, str]]:
    given = at.given[-1]
    for schema in schemas:
        for name, one in schema.get("properties", {}).items():
            if name not in given:
                about = _about(one) or _of_root((*at.path, name)) or _kinds(one)
                yield {"text": name, "kind": "key", "about": about}


def _of_root(path: tuple[str, ...]) -> str:
    """What the film's own schema says of a key in a sweep or in a run."""
    keys = [part for key in path for part in key.split(".")]
    keys = keys[{"sweep": 1, "runs": OF_RUN}.get(keys[0], len(keys)) :]
    schemas = list(_choices(_document(), {}))
    for key in keys[:-1]:
        schemas = [
            c for schema in schemas for one in _under(schema, key) for c in _choices(one, {})
        ]
    found = [one for schema in schemas for one in _under(schema, keys[-1])] if keys else []
    if keys[-1:] == ["kind"]:
        return ""
    return next(filter(None, (said(one) for said in (_about, _kinds) for one in found)), "")


def _kinds(schema: Schema) -> str:
    """The kinds that there are of something."""
    kinds = [
        c["properties"]["kind"] for c in _choices(schema, {}) if "kind" in c.get("properties", {})
    ]
    names = dict.fromkeys(n for one in kinds for n in one.get("enum", [one.get("const")]) if n)
    return f"one of {', '.join(names)}" if names else ""


def _values(schemas: list[Schema]) -> Iterator[dict[str, str]]:
    for schema in schemas:
        about = str(schema.get("description", ""))
        values = [schema["const"]] if "const" in schema else schema.get("enum", ())
        for value in values:
            yield {
                "text": written(value),
                "kind": "value",
                "about": _of_kind(schemas, value) or about,
            }
        if schema.get("type") == "boolean":
            for word in ("true", "false"):
                yield {"text": word, "kind": "value", "about": about}


def _of_kind(schemas: list[Schema], value: Any) -> str:
    return next((_about(s) for s in schemas if str(s.get("title", "")).endswith(f" {value}")), "")


def _about(schema: Schema) -> str:
    """What a schema says of itself in a line, with its default."""
    while "$ref" in schema:
        schema = _document()["definitions"][schema["$ref"].rpartition("/")[2]]
    text = str(schema.get("description", "")).partition("\n")[0]
    if "default" in schema and not isinstance(schema["default"], dict | list):
        text += f" ({written(schema['default'])})"
    return text.strip()
