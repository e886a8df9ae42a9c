"""`runs` or `sweep` of a draft in, a draft for each run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from render.config.draft import Draft
from render.config.expect import found
from render.config.fields import take
from render.config.keys import KEYS, unknown_section
from render.config.kinds import choose
from render.config.laying import SHELVES, RunDraft, laid
from render.config.parts import PARTS, Seed
from render.config.problems import KeyPath, shown
from render.config.spec import Training
from render.config.sweep import Axis, axes, combine

MOST = {"race": 8, "grid": 12}
LONGEST = 40  # characters of a label
MANY = 1_000_000  # combinations of a sweep are counted no further
ALONE = {"seed": Seed, "training": Training}  # parts that no other has to fit


def runs(draft: Draft, arrangement: str) -> list[RunDraft]:
    """The runs in the order of the file; none when the film has but one, or they can't be."""
    if {"runs", "sweep"} <= draft.data.keys():
        told = "spells runs out, and 'runs' is given too: leave one of them out"
        draft.refuse(("sweep",), told, at_key=True)
    elif "runs" in draft.data:
        return _listed(draft, arrangement)
    elif "sweep" in draft.data:
        return _swept(draft, arrangement)
    return []


def left_over(draft: Draft, each: Sequence[RunDraft]) -> None:
    """Look at the film's own parts that every run replaces, which nothing else does."""
    for part in PARTS:
        if not each or part not in draft.data or not all(part in run.replaced for run in each):
            continue
        value = draft.data[part]
        if part in SHELVES:
            choose(draft, (part,), SHELVES[part], value)
        elif part in ALONE:
            take(draft, (part,), ALONE[part], value)


def tell_apart(draft: Draft, each: Sequence[RunDraft]) -> None:
    """Let a fault of the film's own parts name the run that brings it out, unless all do."""
    for index, problem in enumerate(draft.problems):
        having = [run for run in each if any(problem.same(other) for other in run.problems)]
        if problem.path[:1] not in (("runs",), ("sweep",)) and 0 < len(having) < len(each):
            path = ("runs", having[0].label, *problem.path)
            draft.problems[index] = replace(problem, path=path)


def _listed(draft: Draft, arrangement: str) -> list[RunDraft]:
    given = draft.data["runs"]
    if not isinstance(given, dict):
        wanted = "a mapping of labels to what differs, like {fast: {optimizer.lr: 0.3}, …}"
        draft.refuse(("runs",), f"expected {wanted}, found {found(given)}")
        return []
    if not _countable(draft, ("runs",), len(given), arrangement):
        return []
    return [laid(draft, label, {}) for label in given if _usable(draft, label)]


def _swept(draft: Draft, arrangement: str) -> list[RunDraft]:
    varied = axes(draft)
    if not varied or not all([_overridable(draft, axis) for axis in varied]):
        return []
    count = 1
    for axis in varied:
        count = min(count * len(axis.values), MANY)
    if not _countable(draft, ("sweep",), count, arrangement):
        return []
    written = combine(draft, varied)
    if not all(_named(draft, label) for label in written):  # the first that doesn't fit is enough
        return []
    return [laid(draft, label, written[label]) for label in written]


def _countable(draft: Draft, path: KeyPath, count: int, arrangement: str) -> bool:
    """Whether a film can show so many runs."""
    most = MOST[arrangement]
    if count == 1:
        draft.refuse(path, "one run is a film without runs", at_key=True)
    elif not 2 <= count <= most:
        more = count in range(2, MOST["grid"] + 1)
        hint = f"; film.runs: grid has up to {MOST['grid']}" if more else ""
        there = f"{MANY:,} or more" if count == MANY else count or "none"
        told = f"a {arrangement} has from 2 to {most} runs, found {there}{hint}"
        draft.refuse(path, told, at_key=True)
    return 2 <= count <= most


def _usable(draft: Draft, label: str) -> bool:
    """Whether a run has a name and changes what a run may change."""
    named, changes = _named(draft, label), draft.data["runs"][label]
    if not isinstance(changes, dict):
        told = f"expected a mapping of what differs, or {{}}, found {found(changes)}"
        draft.refuse(("runs", label), told)
        return False
    for key in changes:
        _part(draft, ("runs", label, key))
    return named


def _named(draft: Draft, label: str) -> bool:
    """Whether a label fits in a legend."""
    fits = label.strip() and label.isprintable() and len(label) <= LONGEST
    swept = "sweep" in draft.data
    if not fits:
        told = f"a label is one line of 1 to {LONGEST} characters, found '{shown(label)}'"
        hint = ": 'runs' can give shorter ones" if swept else ""
        draft.refuse(("sweep",) if swept else ("runs", label), told + hint, at_key=True)
    return bool(fits)


def _overridable(draft: Draft, axis: Axis) -> bool:
    return _part(draft, axis.path[:2])


def _part(draft: Draft, path: KeyPath) -> bool:
    """Whether the last of a path is a part of a run."""
    if path[-1] in PARTS:
        return True
    if path[-1] in KEYS:
        told = "belongs to the whole film, which the runs share"
        draft.refuse(path, told, at_key=True)
    else:
        unknown_section(draft, path, PARTS)
    return False
