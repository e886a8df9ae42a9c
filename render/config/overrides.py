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
from render.config.targeting import OPTION, aim

# Options with a name of their own; --set has the last word over them.
NAMED: Mapping[str, tuple[str, ...]] = {
    "theme": ("film", "theme"),
    "size": ("film", "size"),
    "fps": ("film", "fps"),
    "seed": ("seed",),
    "frames": ("film", "frames"),
}
ROUGH = "draft"  # --draft comes before them

PAIRS = {  # options of two numbers: how they are written, and what is said of others
    "size": (re.compile(r"([0-9]{1,9})[xX×]([0-9]{1,9})"), "expected WxH, like 1280x720"),
    "frames": (re.compile(r"([0-9]{1,9})-([0-9]{1,9})"), "expected A-B, like 0-59"),
}
USUAL_PX, ROUGH_PX, LARGEST_PX = (16, 9), 480, 4096
ROUGH_FPS = 15


def override(draft: Draft, options: Mapping[str, str], sets: Sequence[str]) -> None:
    """Put the named options and then every KEY=VALUE into the draft."""
    spell_out(draft)
    aim(draft, options, sets)
    if ROUGH in options:
        _roughen(draft, Option(f"--{ROUGH}", rank=1))
    for name, text in options.items():
        if name in (OPTION, ROUGH):
            continue
        option = Option(f"--{name} {text}", rank=2)
        pattern, wanted = PAIRS.get(name, (None, ""))
        if pattern is not None and not pattern.fullmatch(text):
            draft.problems.append(Problem(option, (), wanted))
        else:
            draft.put(NAMED[name], _named(name, text), option)
    for rank, text in enumerate(sets, 3):
        _assign(draft, text, Option(f"--set {text}", rank))


def rough_px(size_px: tuple[int, int]) -> tuple[int, int]:
    """The size of a draft: as wide or tall a frame, its short side 480 pixels."""
    scale = ROUGH_PX / min(size_px)
    width, height = (min(LARGEST_PX, 2 * round(side * scale / 2)) for side in size_px)
    return width, height


def _roughen(draft: Draft, option: Option) -> None:
    """Make it a draft: 854×480 where it is a wide film, at 15 frames a second."""
    film = draft.data.get("film", {})
    if not isinstance(film, dict):
        return  # told when the film is read
    match film.get("size", USUAL_PX):
        case [int(width), int(height)] if min(width, height) > 0:
            size_px = width, height
        case _:
            size_px = USUAL_PX
    draft.put(NAMED["size"], list(rough_px(size_px)), option)
    draft.put(NAMED["fps"], ROUGH_FPS, option)


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
    if name in PAIRS:
        return [int(number) for number in re.findall("[0-9]+", text)]
    return scalars.plain(text)
