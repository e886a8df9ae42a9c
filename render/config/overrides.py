"""Options of the command line in, the same options laid over a draft out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from render.config import scalars
from render.config.dotted import spell_out
from render.config.draft import Draft
from render.config.problems import Option, Problem
from render.config.source import DEEPEST, Unreadable, parse

# Options with a name of their own; --set has the last word over them.
NAMED: Mapping[str, tuple[str, ...]] = {
    "theme": ("film", "theme"),
    "size": ("film", "size"),
    "fps": ("film", "fps"),
    "seed": ("seed",),
}

SIZE = re.compile(r"([0-9]{1,9})[xX×]([0-9]{1,9})")


def override(draft: Draft, options: Mapping[str, str], sets: Sequence[str]) -> None:
    """Put the named options and then every KEY=VALUE into the draft."""
    spell_out(draft)
    for name, text in options.items():
        option = Option(f"--{name} {text}", rank=1)
        if name == "size" and not SIZE.fullmatch(text):
            draft.problems.append(Problem(option, (), "expected WxH, like 1280x720"))
        else:
            draft.put(NAMED[name], _named(name, text), option)
    for rank, text in enumerate(sets, 2):
        _assign(draft, text, Option(f"--set {text}", rank))


def _assign(draft: Draft, text: str, option: Option) -> None:
    """Put one KEY=VALUE into the draft, or note why it can't be."""
    key, equals, value = text.partition("=")
    parts = tuple(part.strip() for part in key.split("."))
    if not equals or not all(parts):
        message = "expected KEY=VALUE, like optimizer.lr=0.3"
        return draft.problems.append(Problem(option, (), message))
    if len(parts) > DEEPEST:
        message = f"nested more than {DEEPEST} levels deep"
        return draft.problems.append(Problem(option, (), message))
    try:
        source = parse(value, parts)
        fault = source.faults[0][2] if source.faults else None
    except Unreadable as stop:
        fault = stop.message
    if fault is None:
        draft.put(_labelled(draft, parts), source.data, option)
        spell_out(draft)
    else:
        draft.problems.append(Problem(option, parts, fault))


def _labelled(draft: Draft, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of a key, those together again that a run's label with dots was cut into."""
    runs = draft.data.get("runs")
    if parts[0] != "runs" or not isinstance(runs, dict):
        return parts
    labels = ((n, ".".join(parts[1:n])) for n in range(len(parts), 1, -1))
    return next(((parts[0], label, *parts[n:]) for n, label in labels if label in runs), parts)


def _named(name: str, text: str) -> Any:
    if name == "theme":
        return text
    size = SIZE.fullmatch(text) if name == "size" else None
    return [int(side) for side in size.groups()] if size else scalars.plain(text)
