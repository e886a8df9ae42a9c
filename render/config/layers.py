"""The layers that lie over a config file: a target, named options and `--set`, in that order.

Each is a function from a tree to another tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from render.config import yaml
from render.config.fields import as_written
from render.config.node import (
    STOPS,
    Node,
    NoSuchItem,
    Option,
    Origin,
    Place,
    made,
    put,
    spelled_out,
)
from render.config.problems import Problem, Problems, Spelling, as_typed, shown, unknown
from render.config.targets import known, targets
from render.config.yaml import MAX_DEPTH, Unreadable, parse

# Named options; --set comes after them and overrides them.
NAMED: Mapping[str, tuple[str, ...]] = {
    "theme": ("film", "theme"),
    "size": ("film", "size"),
    "fps": ("film", "fps"),
    "seed": ("seed",),
    "frames": ("film", "frames"),
}
OPTION = "for"  # --for, which comes before all other options
ROUGH = "draft"  # --draft, which comes before those with names
TARGET = "target"  # the key

PAIRS = {  # options of two numbers: how they are written, and the message for others
    "size": (re.compile(r"([0-9]{1,9})[xX×]([0-9]{1,9})"), "expected WxH, like 1280x720"),
    "frames": (re.compile(r"([0-9]{1,9})-([0-9]{1,9})"), "expected A-B, like 0-59"),
}
USUAL_PX, ROUGH_PX, MAX_PX = (16, 9), 480, 4096
ROUGH_FPS = 15


def override(
    problems: Problems,
    root: Node,
    options: Mapping[str, str],
    sets: Sequence[str],
    spelled: Spelling = as_typed,
) -> Node:
    """The config with its target, then the named options and then every KEY=VALUE over it.

    Problems name an option as `spelled` writes it.
    """
    root = spell_out(problems, root)
    root = _aimed(problems, root, options, sets, spelled)
    if ROUGH in options:
        root = _rough(problems, root, Option(spelled(ROUGH, ""), rank=1))
    for name, text in options.items():
        if name not in (OPTION, ROUGH):
            root = _with_named(problems, root, name, text, Option(spelled(name, text), rank=2))
    for rank, text in enumerate(sets, 3):
        root = with_set(problems, root, text, Option(spelled("set", text), rank))
    return root


def rough_px(size_px: tuple[int, int]) -> tuple[int, int]:
    """The size of a draft: a frame of the same shape whose short side has 480 pixels."""
    scale = ROUGH_PX / min(size_px)
    width, height = (min(MAX_PX, 2 * round(side * scale / 2)) for side in size_px)
    return width, height


def target(root: Node) -> str | None:
    """The name of the target that a config is for; None if it has none or an unknown one."""
    node = root.get(TARGET)
    return known(node.value) if node is not None and isinstance(node.value, str) else None


def spell_out(problems: Problems, root: Node) -> Node:
    """The config with every dotted key of its runs and its sweep turned into nested keys."""
    entries = dict(root.entries)
    runs, sweep = root.get("runs"), root.get("sweep")
    if runs is not None and isinstance(runs.value, dict):
        each = {label: _spelled(problems, run, 2) for label, run in runs.entries.items()}
        entries["runs"] = replace(runs, value=each)
    if sweep is not None:
        entries["sweep"] = _spelled(problems, sweep, 1)
    return replace(root, value=entries)


def _spelled(problems: Problems, section: Node, depth: int) -> Node:
    """A section with nested instead of dotted keys, in the same order: `a.b: 1` is `a: {b: 1}`."""
    parts = {key: key.split(".") for key in section.entries if "." in key}
    parts = {key: p for key, p in parts.items() if all(p) and len(p) < MAX_DEPTH - depth}
    if not parts:
        return section
    rest = {key: node for key, node in section.entries.items() if key not in parts}
    leaves = [(p, section.entries[key]) for key, p in parts.items()]
    whole, taken = hang(replace(section, value=rest), leaves)
    for key, node, first in taken:
        line = f" in line {first.line}" if isinstance(first, Place) else ""
        message = f"duplicate key '{shown(key)}'; first given{line}"
        problems.add(Problem(node.key_origin, section.path, message))
    order = [key.partition(".")[0] if key in parts else key for key in section.entries]
    return replace(whole, value={key: whole.entries[key] for key in order if key in whole.entries})


def hang(
    section: Node, leaves: Iterable[tuple[Sequence[str], Node]], by: Node | None = None
) -> tuple[Node, list[tuple[str, Node, Origin]]]:
    """Put each node at the end of its keys in a section; missing sections between are added.

    An added section has the place of `by`, or else of the first node in it. Returns the new
    section, and the nodes whose keys are taken: each with its dotted key and the place of the
    node that is there.
    """
    whole = replace(section, value=dict(section.entries))
    opened: dict[tuple[str, ...], Node] = {(): whole}  # sections that nodes can be added to
    taken: list[tuple[str, Node, Origin]] = []
    for keys, node in leaves:
        holder = whole
        for n, key in enumerate(keys, 1):
            there, path = holder.entries.get(key), tuple(keys[:n])
            if path in opened and n < len(keys):
                holder = opened[path]
            elif there is not None and (n == len(keys) or not isinstance(there.value, str | dict)):
                taken.append((".".join(keys), node, there.key_origin))
                break
            elif n == len(keys):
                holder.entries[key] = node
            else:
                if there is None:
                    at = by or node
                    inner = Node({}, at.origin, at.key_origin, (*holder.path, key))
                else:
                    inner = replace(there, value=dict(there.entries) or spelled_out(there))
                holder.entries[key] = opened[path] = inner
                holder = inner
    return whole, taken


def _aimed(
    problems: Problems,
    root: Node,
    options: Mapping[str, str],
    sets: Sequence[str],
    spelled: Spelling,
) -> Node:
    """The config with the settings of the target that is named last."""
    if OPTION in options:
        text = options[OPTION]
        option = Option(spelled(OPTION, text), rank=1)
        name = known(text)
        if name is None:
            problems.add(Problem(option, (), unknown("target", text, tuple(targets()))))
            return root
        root = _put(problems, root, (TARGET,), name, option)
        for keys, value in targets()[name].settings().items():
            root = _put(problems, root, keys, value, option)
        return root
    for text in sets:
        key, equals, value = text.partition("=")
        if equals and key.strip() == TARGET:
            option = Option(spelled("set", text), rank=2)
            root = _put(problems, root, (TARGET,), _text(value), option)
    node = root.get(TARGET)
    return root if node is None else _filled(problems, root, node)


def _text(value: str) -> Any:
    """The value of a KEY=VALUE, without the quotes that YAML allows; itself if it isn't YAML."""
    try:
        return parse(value)[0].data
    except Unreadable:
        return value.strip()


def _filled(problems: Problems, root: Node, node: Node) -> Node:
    """The config with the settings of its `target` where it has none of its own."""
    if not isinstance(node.value, str):
        expected = f"expected one of {', '.join(targets())}"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
        return root
    name = known(node.value)
    if name is None:
        problems.refuse(node, unknown("target", node.value, tuple(targets())))
        return root
    for keys, usual in targets()[name].settings().items():
        section = root
        for key in keys[:-1]:
            section = section.at(key)
        there = isinstance(section.value, dict) or section.path == STOPS
        if there and keys[-1] not in section.entries:
            root = _put(problems, root, keys, usual, node.origin)
    return root


def _rough(problems: Problems, root: Node, option: Option) -> Node:
    """The config of a draft: 854×480 for a film of 16:9, at 15 frames a second."""
    film = root.at("film")
    if not isinstance(film.value, dict):
        return root  # reported when the film is read
    match film.at("size").data:
        case [int(width), int(height)] if min(width, height) > 0:
            size_px = width, height
        case _:
            size_px = USUAL_PX
    for name, value in (("size", list(rough_px(size_px))), ("fps", ROUGH_FPS)):
        root = _put(problems, root, NAMED[name], value, option)
    return root


def _with_named(problems: Problems, root: Node, name: str, text: str, option: Option) -> Node:
    """The config with the value of a named option."""
    keys = NAMED[name]
    pattern, message = PAIRS.get(name, (None, ""))
    value: Any = text if name == "theme" else yaml.plain(text)
    if pattern is not None:
        if not pattern.fullmatch(text):
            problems.add(Problem(option, (), message))
            return root
        value = [int(number) for number in re.findall("[0-9]+", text)]
    return _put(problems, root, keys, value, option)


def with_set(problems: Problems, root: Node, text: str, option: Option) -> Node:
    """The config with one KEY=VALUE; without it, and a problem noted, if it can't be used."""
    key, equals, value = text.partition("=")
    parts = tuple(part.strip() for part in key.split("."))
    path, message = parts, ""
    if not equals or not all(parts):
        path, message = (), "expected KEY=VALUE, like optimizer.lr=0.3"
    elif len(parts) > MAX_DEPTH:
        path, message = (), f"nested more than {MAX_DEPTH} levels deep"
    else:
        try:
            node, faults = parse(value, parts)
        except Unreadable as stop:
            message = stop.message
        else:
            message = faults[0].message if faults else ""
    if message:
        problems.add(Problem(option, path, message))
        return root
    return spell_out(problems, _put(problems, root, _labelled(root, parts), node.data, option))


def _put(problems: Problems, root: Node, keys: tuple[str, ...], value: Any, origin: Origin) -> Node:
    """The config with a value under those keys; without it, and a problem, if there is no place."""
    try:
        return put(root, keys, made(value, origin, keys))
    except NoSuchItem as missing:
        problems.add(Problem(origin, missing.path, str(missing)))
        return root


def _labelled(root: Node, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of a key, joined again where they are the label of a run, which may have dots."""
    if parts[0] != "runs":
        return parts
    labels = ((n, ".".join(parts[1:n])) for n in range(len(parts), 1, -1))
    there = root.at("runs").entries
    return next(((parts[0], label, *parts[n:]) for n, label in labels if label in there), parts)
