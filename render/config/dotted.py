"""A draft with dotted keys (`model.weight: -15`) in, the same draft with nested ones out."""

from __future__ import annotations

from typing import Any

from render.config.draft import Draft, items
from render.config.problems import KeyPath, Problem, shown
from render.config.source import DEEPEST


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
        if all(parts) and len(parts) < DEEPEST - len(path):
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
