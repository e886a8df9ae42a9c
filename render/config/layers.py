"""Options of the command line in, the same options laid over a draft out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from render.config import yaml
from render.config.draft import Draft, items
from render.config.fields import found
from render.config.problems import KeyPath, Option, Problem, Spelling, as_typed, shown, unknown
from render.config.targets import known, targets
from render.config.yaml import MAX_DEPTH, Unreadable, parse


def spell_out(draft: Draft) -> None:
    """Spell out the dotted keys of every run and of the sweep, as --set does with its own."""
    runs = draft.data.get("runs")
    for label, changes in items(runs):
        _spell(draft, ("runs", label), changes)
    _spell(draft, ("sweep",), draft.data.get("sweep"))


def _spell(draft: Draft, path: KeyPath, section: Any) -> None:
    if not isinstance(section, dict):
        return
    order = [key.partition(".")[0] for key in section] + list(section)
    for key in [key for key in section if "." in key]:
        parts = key.split(".")
        if all(parts) and len(parts) < MAX_DEPTH - len(path):
            _move(draft, path, section, key, parts)
    sorted_ = {key: section[key] for key in order if key in section}
    section.clear()
    section.update(sorted_)


def _move(draft: Draft, path: KeyPath, section: Any, key: str, parts: list[str]) -> None:
    """Take a value from under its dotted key and hang it where that says."""
    source: KeyPath = (*path, key)
    place, written = draft.origin(source, at_key=True), draft.origin(source)
    value, here, at = section.pop(key), section, path
    for part in parts[:-1]:
        at = (*at, part)
        if isinstance(here.get(part), str):
            here[part] = {"kind": here[part]}
            draft.keys[*at, "kind"] = draft.values[*at, "kind"] = draft.origin(at)
        elif part not in here:
            here[part] = {}
            draft.keys[at], draft.values[at] = place, written
        here = here[part]
        if not isinstance(here, dict):
            break
    if not isinstance(here, dict) or parts[-1] in here:
        first = draft.keys.get((*at, parts[-1]) if isinstance(here, dict) else at, place)
        line = f" in line {first.line}" if hasattr(first, "line") else ""
        told = f"duplicate key '{shown(key)}'; first given{line}"
        draft.problems.append(Problem(place, path, told))
        return
    here[parts[-1]] = value
    transfer(draft, source, draft, (*at, parts[-1]), value)


def transfer(old: Draft, source: KeyPath, new: Draft, path: KeyPath, value: Any) -> None:
    """Let a value and all its parts, as they are at `source`, have been written at `path`."""
    new.keys[path] = old.origin(source, at_key=True)
    new.values[path] = old.origin(source)
    if source in old.broken:
        new.broken.add(path)
    for part, inner in items(value):
        transfer(old, (*source, part), new, (*path, part), inner)


OPTION = "for"  # --for, which comes before all other options
KEY = ("target",)


def aim(
    draft: Draft, options: Mapping[str, str], sets: Sequence[str], spelled: Spelling = as_typed
) -> None:
    """Set what suits the place that is named last, or note that there is no such place."""
    if OPTION in options:
        name = options[OPTION]
        return _over(draft, name, Option(spelled(OPTION, name), rank=1))
    for text in sets:
        key, equals, value = text.partition("=")
        if equals and (key.strip(),) == KEY:
            draft.put(KEY, value.strip(), Option(spelled("set", text), rank=2))
    if KEY[0] in draft.data:
        _under(draft, draft.data[KEY[0]])


def place(value: Any) -> str | None:
    """The name of the place that a config is for; None, and told before, if it isn't one."""
    return known(value) if isinstance(value, str) else None


def _over(draft: Draft, text: str, option: Option) -> None:
    name = known(text)
    if name is None:
        return draft.note(Problem(option, (), unknown("target", text, tuple(targets()))))
    draft.put(KEY, name, option)
    for path, value in targets()[name].settings().items():
        draft.put(path, value, option)


def _under(draft: Draft, value: Any) -> None:
    """Only what the config itself leaves open."""
    if not isinstance(value, str):
        wanted = f"expected one of {', '.join(targets())}"
        return draft.refuse(KEY, f"{wanted}, found {found(value)}")
    name = known(value)
    if name is None:
        return draft.refuse(KEY, unknown("target", value, tuple(targets())))
    origin = draft.origin(KEY)
    for path, usual in targets()[name].settings().items():
        section = draft.data.get(path[0], {}) if len(path) > 1 else draft.data
        if isinstance(section, dict) and path[-1] not in section:
            draft.put(path, usual, origin)


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


def override(
    draft: Draft, options: Mapping[str, str], sets: Sequence[str], spelled: Spelling = as_typed
) -> None:
    """Put the named options and then every KEY=VALUE into the draft.

    Problems name an option as `spelled` writes it.
    """
    spell_out(draft)
    aim(draft, options, sets, spelled)
    if ROUGH in options:
        _roughen(draft, Option(spelled(ROUGH, ""), rank=1))
    for name, text in options.items():
        if name in (OPTION, ROUGH):
            continue
        option = Option(spelled(name, text), rank=2)
        pattern, wanted = PAIRS.get(name, (None, ""))
        if pattern is not None and not pattern.fullmatch(text):
            draft.problems.append(Problem(option, (), wanted))
        else:
            draft.put(NAMED[name], _named(name, text), option)
    for rank, text in enumerate(sets, 3):
        _assign(draft, text, Option(spelled("set", text), rank))


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
    if len(parts) > MAX_DEPTH:
        message = f"nested more than {MAX_DEPTH} levels deep"
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
    return yaml.plain(text)
