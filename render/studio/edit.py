"""Changes one value in the text of a config; every byte outside the value stays as it is.

The text is not written anew from a tree: comments, quotes, line breaks and the order of keys are
its author's. A value is replaced at its place, and a key that is missing is added to the section
that it belongs to, in that section's own style.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from render.config.layers import spell_out
from render.config.node import Node, NoSuchItem, Place, made, put, spelled_out
from render.config.problems import Problems
from render.config.yaml import BREAK, Unreadable, parse, plain

PLAIN = re.compile(r"[A-Za-z_][\w.-]*")  # a text that needs no quotes anywhere
DOTTED = ("runs", "sweep")  # sections whose keys may be written as optimizer.lr


class Uneditable(Exception):
    """A value that can't be changed without touching other parts of the text."""


def edited(text: str, path: Sequence[str], value: Any) -> str:
    """The text with a scalar, or a list of them, under the keys of `path`.

    An item of a list has its number as key. A number that is put where there is a mapping, such
    as `{value: 1, frozen: true}`, becomes its `value`. Raises Uneditable.
    """
    root = _root(text)
    node, rest = reach(root, path)
    if not rest and isinstance(node.value, dict):
        path, rest = (*path, "value"), ("value",)
        node, rest = reach(root, path)
    if not rest and reach(root, path[:-1])[0] is node:
        path = path[:-1]  # the last key is the one that a bare value is short for
    try:
        wanted = put(_spelled(root), path, made(value, Place(1, 1)))
    except NoSuchItem as missing:
        raise Uneditable(str(missing)) from None
    start, end, new = _change(text, node, rest, value)
    return _checked(text[:start] + new + text[end:], wanted.data)


def without(text: str, path: Sequence[str]) -> str:
    """The text without a key; the same text if it isn't there. Raises Uneditable."""
    root = _root(text)
    holder, _ = reach(root, path[:-1])
    node = holder.entries.get(path[-1])
    if node is None:
        return text
    key, place = node.key, node.place
    assert isinstance(key, Place)
    assert isinstance(place, Place)
    names = list(holder.entries)
    at = names.index(path[-1])
    before = ""
    if _is_flow(text, holder):
        start, end = key.start, _end(node)
        if comma := re.compile(r"\s*,[ \t]*").match(text, end):
            end = comma.end()
        elif at:  # the last one: the comma before it goes, and no comment behind that
            start = _end(holder.entries[names[at - 1]])
            before = text[start : key.start].replace(",", "", 1)
            before = before.rstrip(" \t") if before.strip() else ""
    else:
        if len(names) == 1:
            raise Uneditable("it is the only key of its section")
        start = key.start - (key.column - 1)
        end = _line_end(text, _end(node))
        end += len(_newline(text)) * (end < len(text))
    wanted = _drop(_spelled(root), path)
    return _checked(text[:start] + before + text[end:], wanted)


def reach(node: Node, path: Sequence[str]) -> tuple[Node, Sequence[str]]:
    """The deepest node on the way along some keys, and the keys that are missing there."""
    best: tuple[Node, Sequence[str]] = (node, path)
    if not path:
        return best
    if isinstance(node.value, list):
        number = int(path[0]) if path[0].isdecimal() else -1
        inner = node.get(number)
        return best if inner is None else reach(inner, path[1:])
    for count in range(1, len(path) + 1 if node.path[:1] and node.path[0] in DOTTED else 2):
        entry = node.entries.get(".".join(path[:count]))
        if entry is not None:
            found = reach(entry, path[count:])
            best = found if len(found[1]) < len(best[1]) else best
    short = spelled_out(node) if best[0] is node and not isinstance(node.value, dict) else {}
    if path[0] in short:  # the text of `loss: mse` is its kind
        return node, path[1:]
    return best


def _root(text: str) -> Node:
    try:
        return parse(text)[0]
    except Unreadable as stop:
        raise Uneditable(stop.message) from None


def _spelled(root: Node) -> Node:
    return spell_out(Problems(), root)


def _drop(node: Node, path: Sequence[str]) -> Any:
    data = node.data
    holder = data
    for key in path[:-1]:
        holder = holder[key]
    del holder[path[-1]]
    return data


def _checked(text: str, wanted: Any) -> str:
    """The text, if it says exactly what it should. Raises Uneditable."""
    try:
        same = _spelled(_root(text)).data == wanted
    except Uneditable:
        same = False
    if not same:
        raise Uneditable("this value can only be changed in the text")
    return text


def _change(text: str, node: Node, rest: Sequence[str], value: Any) -> tuple[int, int, str]:
    """What is replaced, from where to where in the text, and by what."""
    place = node.place
    if not isinstance(place, Place):
        raise Uneditable("this value is written nowhere in the text")
    if not rest:
        if isinstance(node.value, list) and not isinstance(value, list):
            raise Uneditable("there is a list of values here")
        new = written(value)
        if place.end == place.start:
            return place.start, place.end, _apart(text, place, new)
        if isinstance(node.key, Place) and place.column <= node.key.column:
            new = f"  {new}"  # a list whose dashes are below its key
        if text[: place.end].endswith(("\n", "\r")):  # the text of a block scalar
            new += _newline(text)
        return place.start, place.end, new
    if isinstance(node.value, dict):
        return _added(text, node, rest, value)
    if node.value is None:
        new = "{" + _entry(rest, value) + "}"
        return place.start, place.end, new if place.end > place.start else _apart(text, place, new)
    short = spelled_out(node)
    if not short or isinstance(node.value, list):
        raise Uneditable("there is another kind of value here")
    key = next(iter(short))
    own = text[place.start : place.end]
    return place.start, place.end, "{" + f"{key}: {own}, {_entry(rest, value)}" + "}"


def _apart(text: str, place: Place, new: str) -> str:
    """A value where there was none: behind the blank that a colon needs."""
    before = text[place.start - 1 : place.start]
    return new if before in (" ", "\t") else f" {new}"


def _added(text: str, node: Node, rest: Sequence[str], value: Any) -> tuple[int, int, str]:
    """A key that a section lacks, at its end."""
    place, entry = node.place, _entry(rest, value)
    assert isinstance(place, Place)
    if not node.entries:
        flow = _is_flow(text, node)
        at = place.start + 1 if flow else len(text)
        gap = "" if flow or not text or BREAK.search(text[-1]) else _newline(text)
        return at, at, gap + entry + ("" if flow else _newline(text))
    last = next(reversed(node.entries.values()))
    at = _end(last)
    if _is_flow(text, node):
        return at, at, f", {entry}"
    first = next(iter(node.entries.values())).key
    assert isinstance(first, Place)
    indent = " " * (first.column - 1)
    if text[:at].endswith(("\n", "\r")):  # after the text of a block scalar
        return at, at, f"{indent}{entry}{_newline(text)}"
    at = _line_end(text, at)
    return at, at, f"{_newline(text)}{indent}{entry}"


def _end(node: Node) -> int:
    """Where an entry ends: its value, or its key where the value is empty."""
    assert isinstance(node.place, Place)
    key = node.key.end if isinstance(node.key, Place) else 0
    return max(node.place.end, key)


def _line_end(text: str, at: int) -> int:
    """Where the line ends that this place is in."""
    found = BREAK.search(text, at)
    return len(text) if found is None else found.start()


def _newline(text: str) -> str:
    """The line break of the text's first line."""
    found = re.search("\r\n|\n|\r", text)
    return found[0] if found else "\n"


def _is_flow(text: str, node: Node) -> bool:
    """Whether a section is written with braces."""
    return isinstance(node.place, Place) and text[node.place.start :][:1] == "{"


def _entry(path: Sequence[str], value: Any) -> str:
    """`camera: {azim: 30}` of two keys and a value."""
    *outer, last = path
    text = f"{written(last)}: {written(value)}"
    for key in reversed(outer):
        text = f"{written(key)}: {{{text}}}"
    return text


def written(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, str):
        safe = PLAIN.fullmatch(value) and isinstance(plain(value), str)
        return value if safe else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
