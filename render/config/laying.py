"""What a run changes in, the draft of that run out: the film's with the changes laid over."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from render import registry
from render.config.dotted import transfer
from render.config.draft import Draft, items
from render.config.expect import aliases, options
from render.config.kinds import DATASET, LOSS, MODEL, OPTIMIZER, SCHEDULE, Shelf, member
from render.config.parts import PARTS, needs_data, parameters
from render.config.problems import KeyPath, Problem

SHELVES: Mapping[str | int, Shelf] = {
    "dataset": DATASET,
    "model": MODEL,
    "loss": LOSS,
    "optimizer": OPTIMIZER,
    "schedule": SCHEDULE,
}


@dataclass
class RunDraft(Draft):
    """The draft of one run; its problems are told to the film's."""

    film: Draft = field(kw_only=True)
    label: str = field(kw_only=True)
    written: dict[KeyPath, KeyPath] = field(default_factory=dict)  # where in the film's, by path
    elsewhere: Mapping[KeyPath, KeyPath] = field(default_factory=dict)  # film's → in the file
    replaced: set[str] = field(default_factory=set)  # parts of which nothing of the film's is left

    def note(self, problem: Problem) -> None:
        """Tell the film, where it was written; what the runs have in common is told once."""
        told = Problem(problem.origin, self.at(problem.path), problem.message)
        self.problems.append(told)
        if not any(told.same(other) for other in self.film.problems):
            self.film.note(told)

    def at(self, path: KeyPath) -> KeyPath:
        """Where in the file a part of the run is written, or would be."""
        near = next(n for n in range(len(path), -1, -1) if path[:n] in self.written)
        place = (*self.written[path[:near]], *path[near:])
        near = next((n for n in range(len(place), 0, -1) if place[:n] in self.elsewhere), 0)
        return (*self.elsewhere[place[:near]], *place[near:]) if near else place

    def lay(self, path: KeyPath, over: Any, source: KeyPath) -> None:
        """Lay what the film has at `source` over what is at a path."""
        holder: Any = self._holder(path)
        part = path[-1]
        here = old = holder.get(part) if isinstance(holder, dict) else holder[part]
        if (shelf := _shelf(path)) is not None:
            if _is_another(over, here, shelf):
                if isinstance(over, dict) and _kind(over, shelf) is None:
                    over = {"kind": _kind(here, shelf), **over}
                here = None
            elif isinstance(over, str) and isinstance(here, str | dict):
                return  # the name of what is there already
        if path[0] == "model" and isinstance(here, dict) and _is_number(over):
            return self.lay((*path, "value"), over, source)  # short for {value: …}
        if path == ("model", "start") and isinstance(here, dict) and isinstance(over, dict):
            here = here if over.keys() <= here.keys() else None  # other parameters
        numbers = isinstance(over, dict) and all(k.isdecimal() and len(k) < 5 for k in over)
        bare = isinstance(here, str) if shelf else path[0] == "model" and _is_number(here)
        if isinstance(over, dict) and (isinstance(here, dict) or bare):
            self._lay_keys(path, here, over, source)
        elif isinstance(here, list) and over and numbers:
            self._lay_items(path, here, over, source)
        else:
            if len(path) == 1 and old is not None:
                self.replaced.add(str(part))
            self._forget(path, old)
            holder[part] = deepcopy(over)
            transfer(self.film, source, self, path, over)
            self.written[path] = source

    def drop(self, path: KeyPath) -> None:
        """Leave a key of the base out."""
        self._forget(path, self._holder(path).pop(path[-1]))

    def _lay_keys(self, path: KeyPath, here: Any, over: dict[str, Any], source: KeyPath) -> None:
        if not isinstance(here, dict):
            name = "kind" if isinstance(here, str) else "value"
            self._holder(path)[path[-1]] = {name: here}
            self.keys[*path, name] = self.values[*path, name] = self.origin(path)
            self.written[*path, name] = (*self.at(path), name)
        elif (shelf := _shelf(path)) is not None:
            for name in _namesakes(here, over, shelf):
                self.drop((*path, name))
        self.keys[path] = self.film.origin(source, at_key=True)
        self.values[path] = self.film.origin(source)
        self.written[path] = source
        for key, value in over.items():
            self.lay((*path, key), value, (*source, key))

    def _lay_items(
        self, path: KeyPath, here: list[Any], over: dict[str, Any], source: KeyPath
    ) -> None:
        for key, value in over.items():
            if int(key) in range(len(here)):
                self.lay((*path, int(key)), value, (*source, key))
            else:
                told = f"no such item; there are {len(here)}, counted from 0"
                self.film.refuse((*source, key), told, at_key=True)

    def _holder(self, path: KeyPath) -> Any:
        """What holds the part at a path."""
        holder: Any = self.data
        for part in path[:-1]:
            holder = holder[part]
        return holder

    def _forget(self, path: KeyPath, value: Any) -> None:
        """Forget where a value and its parts were written."""
        for table in (self.keys, self.values, self.written):
            table.pop(path, None)
        self.broken.discard(path)
        for part, inner in items(value):
            self._forget((*path, part), inner)


def laid(film: Draft, label: str, elsewhere: Mapping[KeyPath, KeyPath]) -> RunDraft:
    """The draft of a run: the parts of the film's with ("runs", label) laid over.

    `elsewhere` says of paths in there where they are in the file, if it has them elsewhere.
    """
    home: KeyPath = ("runs", label)
    base = {key: deepcopy(value) for key, value in film.data.items() if key in PARTS}
    keys = {path: place for path, place in film.keys.items() if path and path[0] in PARTS}
    values = {path: place for path, place in film.values.items() if path and path[0] in PARTS}
    broken = {path for path in film.broken if path and path[0] in PARTS}
    run = RunDraft(film.name, film.lines, base, keys, values, broken, film=film, label=label)
    run.written = {path: path for path in (*keys, *values)}
    run.elsewhere = elsewhere
    run.written[()] = home
    run.values[()] = film.origin(home)
    over = film.data["runs"][label]
    for key in over:
        if key in PARTS:
            run.lay((key,), over[key], (*home, key))
    _leave_behind(run, film.data, over)
    return run


def _leave_behind(run: RunDraft, base: Mapping[str, Any], over: Mapping[str, Any]) -> None:
    """Drop what the film says of another model than the one that the run changes it to."""
    if "model" not in over:
        return
    before, after = base.get("model", {}), run.data["model"]
    view = base.get("landscape")
    if isinstance(view, dict) and isinstance(run.data.get("landscape"), dict):
        changes = over.get("landscape")
        own = {*parameters(after), *(changes if isinstance(changes, dict) else ())}
        for name in (name for name in parameters(before) if name in view and name not in own):
            run.drop(("landscape", name))
    if needs_data(_class(before)) and not needs_data(_class(after)):
        for key in ("dataset", "loss"):
            if key in run.data and key not in over:
                run.drop((key,))


def _shelf(path: KeyPath) -> Shelf | None:
    """What a section chooses from; None of anything else."""
    return SHELVES.get(path[0]) if len(path) == 1 else None


def _is_another(over: Any, here: Any, shelf: Shelf) -> bool:
    """Whether an override names another kind, or another function, than what is there."""
    kind = _kind(over, shelf)
    if kind is not None and kind != (_kind(here, shelf) or shelf.default):
        return True
    if shelf is not MODEL or not isinstance(over, dict) or not isinstance(here, dict):
        return False
    return any(key in over and over[key] != here.get(key) for key in ("name", "formula"))


def _kind(section: Any, shelf: Shelf) -> str | None:
    """The kind that a section names, by its first name; None if it names none."""
    name = section.get("kind") if isinstance(section, dict) else section
    cls = member(shelf, name) if isinstance(name, str) else None
    if cls is not None:
        return registry.name_of(cls)
    return name if isinstance(name, str) else None


def _class(model: Any) -> type[Any] | None:
    return member(MODEL, _kind(model, MODEL) or str(MODEL.default))


def _namesakes(here: Mapping[str, Any], over: Mapping[str, Any], shelf: Shelf) -> list[str]:
    """The keys of a section that mean the same as one laid over it."""
    cls = member(shelf, _kind(here, shelf) or str(shelf.default))
    groups = [aliases(hint) for hint in options(cls).values()] if cls else []
    return [
        name
        for group in groups
        if any(name in over for name in group)
        for name in group
        if name in here and name not in over
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
