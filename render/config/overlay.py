"""Lays the changes of a run over the parts of its film."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from render import registry
from render.config.build import (
    MODEL,
    PARTS,
    SHELVES,
    Shelf,
    kind_node,
    member,
    needs_data,
    parameters,
)
from render.config.fields import aliases, options
from render.config.node import Node, item_number, spelled_out
from render.config.problems import Problems


def overlay(problems: Problems, film: Node, changes: Node) -> tuple[Node, frozenset[str]]:
    """The parts of a run, and the names of those that replace the film's completely.

    Keys that aren't parts are left out; `runs` reports them.
    """
    base = {key: node for key, node in film.entries.items() if key in PARTS}
    parts, replaced = dict(base), set[str]()
    for key, over in changes.entries.items():
        if key not in PARTS:
            continue
        shelf, here = SHELVES.get(key), base.get(key)
        if here is None:
            parts[key] = over
        elif shelf is not None and _is_another(over, here, shelf):
            parts[key] = _of_kind(over, here, shelf)
            replaced.add(key)
        else:
            parts[key] = _over_part(problems, here, over, shelf)
            replaced |= {key} if parts[key] is over else set()
    if "model" in changes.entries:
        parts = _fitting(film, parts, changes)
    broken = film.broken or changes.broken
    return Node(parts, changes.origin, None, changes.path, broken), frozenset(replaced)


def _over_part(problems: Problems, here: Node, over: Node, shelf: Shelf | None) -> Node:
    """A part of a run, of the same kind as the film's."""
    if shelf is None:
        return _over(problems, here, over)
    if isinstance(over.value, str) and isinstance(here.value, str | dict):
        return here  # it names the kind that the film has already
    if not isinstance(over.value, dict):
        return over
    if isinstance(here.value, str):
        here = replace(here, value=spelled_out(here))
    elif not isinstance(here.value, dict):
        return over
    else:
        for name in _same_options(here, over, shelf):
            here = here.without(name)
        start = here.at("start").entries
        if start and not over.at("start").entries.keys() <= start.keys():
            here = here.without("start")  # that of other parameters
    return _over(problems, here, over, numbers=shelf is MODEL)


def _over(problems: Problems, here: Node | None, over: Node, numbers: bool = False) -> Node:
    """One value over another: keys over keys, items over items, anything else instead of it.

    In a model a number is short for `{value: …}`, as `numbers` says.
    """
    if here is None:
        return over
    if not isinstance(over.value, dict):
        short = numbers and _is_number(over.value) and isinstance(here.value, dict)
        return replace(here, value={**here.value, "value": over}) if short else over
    if numbers and _is_number(here.value):
        here = replace(here, value=spelled_out(here))
    if isinstance(here.value, dict):
        entries = dict(here.value)
        for key, node in over.value.items():
            entries[key] = _over(problems, entries.get(key), node, numbers)
        return replace(over, value=entries, broken=over.broken or here.broken)
    if not isinstance(here.value, list) or not over.value or -1 in map(item_number, over.value):
        return over
    items = list(here.value)
    for key, node in over.value.items():
        if (number := item_number(key)) in range(len(items)):
            items[number] = _over(problems, items[number], node, numbers)
        else:
            message = f"no such item; there are {len(items)}, counted from 0"
            problems.refuse(node, message, at_key=True)
    return replace(here, value=items)


def _fitting(film: Node, parts: dict[str, Node], changes: Node) -> dict[str, Node]:
    """The parts without the film's settings that belong only to the model that the run changes."""
    before, after = film.at("model"), parts["model"]
    if "landscape" in film.entries and isinstance(parts["landscape"].value, dict):
        fitting = {*parameters(after), *changes.at("landscape").entries}
        for name in parameters(before):
            if name in film.at("landscape").entries and name not in fitting:
                parts = {**parts, "landscape": parts["landscape"].without(name)}
    if needs_data(_class(before)) and not needs_data(_class(after)):
        dropped = {"dataset", "loss"} - changes.entries.keys()
        parts = {key: node for key, node in parts.items() if key not in dropped}
    return parts


def _is_another(over: Node, here: Node, shelf: Shelf) -> bool:
    """Whether a change names another kind, or another function, than the film has."""
    kind = _kind(over, shelf)
    if kind is not None and kind != (_kind(here, shelf) or shelf.default):
        return True
    if shelf is not MODEL or not isinstance(here.value, dict):
        return False
    there = here.data
    named = (key for key in ("name", "formula") if key in over.entries)
    return any(over.at(key).data != there.get(key) for key in named)


def _of_kind(over: Node, here: Node, shelf: Shelf) -> Node:
    """A change that names another function, with the film's kind of model."""
    kind = kind_node(here)
    if kind is None or not isinstance(over.value, dict) or _kind(over, shelf) is not None:
        return over
    return replace(over, value={"kind": kind, **over.value})


def _kind(section: Node, shelf: Shelf) -> str | None:
    """The kind that a section names, by its first name; None if it names none."""
    node = kind_node(section)
    if node is None or not isinstance(node.value, str):
        return None
    cls = member(shelf, node.value)
    return node.value if cls is None else registry.name_of(cls)


def _class(model: Node) -> type[Any] | None:
    return member(MODEL, _kind(model, MODEL) or str(MODEL.default))


def _same_options(here: Node, over: Node, shelf: Shelf) -> list[str]:
    """The keys of a section that mean the same as one laid over it, such as learning_rate."""
    cls = member(shelf, _kind(here, shelf) or str(shelf.default))
    groups = [aliases(hint) for hint in options(cls).values()] if cls else []
    return [
        name
        for group in groups
        if any(name in over.entries for name in group)
        for name in group
        if name in here.entries and name not in over.entries
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
