"""`sweep` of a draft in, `runs` out: one for each combination of the values listed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from render.config.draft import Draft
from render.config.expect import found
from render.config.problems import KeyPath

Plain = str | int | float


@dataclass(frozen=True)
class Axis:
    """A key that takes several values."""

    path: KeyPath  # ("sweep", "optimizer", "lr")
    values: Sequence[Plain]


def axes(draft: Draft) -> list[Axis]:
    """What a sweep varies, or nothing, and problems in the draft, if it can't be used."""
    given = draft.data["sweep"]
    if not isinstance(given, dict) or not given:
        wanted = "a mapping of keys to lists, like {optimizer.lr: [0.1, 0.3]}"
        draft.refuse(("sweep",), f"expected {wanted}, found {found(given or None)}")
        return []
    leaves = list(_leaves(("sweep",), given))
    fit = [_listed(draft, path, values) for path, values in leaves]
    return [Axis(path, values) for path, values in leaves] if all(fit) else []


def combine(draft: Draft, varied: Sequence[Axis]) -> dict[str, Mapping[KeyPath, KeyPath]]:
    """Put the combinations under `runs`; of each label, where in the file its values are."""
    names = _short([axis.path[1:] for axis in varied])
    written: dict[str, Mapping[KeyPath, KeyPath]] = {}
    draft.data["runs"] = {}
    for chosen in product(*(range(len(axis.values)) for axis in varied)):
        values = [axis.values[index] for axis, index in zip(varied, chosen, strict=True)]
        label = ", ".join(f"{n} {_plainly(v)}" for n, v in zip(names, values, strict=True))
        home: KeyPath = ("runs", label)
        draft.keys[home] = draft.origin(("sweep",), at_key=True)
        draft.values[home] = draft.origin(("sweep",))
        changes: dict[str, Any] = {}
        draft.data["runs"][label] = changes
        places: dict[KeyPath, KeyPath] = {home: ()}
        for axis, index in zip(varied, chosen, strict=True):
            here: dict[str, Any] = changes
            for part in axis.path[1:-1]:
                here = here.setdefault(str(part), {})
            here[str(axis.path[-1])] = axis.values[index]
            at: KeyPath = (*home, *axis.path[1:])
            draft.keys[at] = draft.origin(axis.path, at_key=True)
            draft.values[at] = draft.origin((*axis.path, index))
            places[at] = (*axis.path, index)
        written[label] = places
    return written


def _leaves(path: KeyPath, section: Any) -> Iterator[tuple[KeyPath, Any]]:
    for key, value in section.items():
        if isinstance(value, dict) and value:
            yield from _leaves((*path, key), value)
        else:
            yield (*path, key), value


def _listed(draft: Draft, path: KeyPath, values: Any) -> bool:
    """Whether there are values to sweep over, all of them plain and none of them twice."""
    if not isinstance(values, list) or not values:
        draft.refuse(path, f"expected a list of values, like [0.1, 0.3], found {found(values)}")
        return False
    fit, before = True, dict[str, int]()
    for index, value in enumerate(values):
        if not isinstance(value, Plain):
            told = f"expected a name, a number, true or false, found {found(value)}"
            draft.refuse((*path, index), f"{told}: 'runs' can vary more")
            fit = False
        elif _plainly(value) in before:
            draft.refuse((*path, index), f"{_plainly(value)} is in the list already")
            fit = False
        else:
            before[_plainly(value)] = index
    return fit


def _short(paths: Sequence[KeyPath]) -> list[str]:
    """The last part of each key, or as many of the last ones as it takes to tell them apart."""

    def last(path: KeyPath, count: int) -> str:
        return ".".join(map(str, path[-count:]))

    lengths = [1] * len(paths)
    while True:
        names = [last(path, count) for path, count in zip(paths, lengths, strict=True)]
        twice = [i for i, name in enumerate(names) if names.count(name) > 1]
        if not any(lengths[i] < len(paths[i]) for i in twice):
            return names
        for i in twice:
            lengths[i] = min(lengths[i] + 1, len(paths[i]))


def _plainly(value: Plain) -> str:
    return value if isinstance(value, str) else found(value)
