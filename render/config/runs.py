"""What a run changes in, the draft of that run out: the film's with the changes laid over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import product
from typing import Any

from render import registry
from render.config.draft import Draft, items
from render.config.fields import aliases, found, options, take
from render.config.layers import transfer
from render.config.options import Parameter
from render.config.parts import (
    DATASET,
    KEYS,
    LOSS,
    MODEL,
    OPTIMIZER,
    PARTS,
    SCHEDULE,
    Seed,
    Shelf,
    choose,
    member,
    needs_data,
    parameters,
    unknown_section,
)
from render.config.problems import KeyPath, Problem, shown
from render.config.spec import Training

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
    fit = [_swept_values(draft, path, values) for path, values in leaves]
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


def _swept_values(draft: Draft, path: KeyPath, values: Any) -> bool:
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


MAX_RUNS = {"race": 8, "grid": 12}
MAX_LABEL_LETTERS = 40  # characters of a label
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
    most = MAX_RUNS[arrangement]
    if count == 1:
        draft.refuse(path, "one run is a film without runs", at_key=True)
    elif not 2 <= count <= most:
        more = count in range(2, MAX_RUNS["grid"] + 1)
        hint = f"; film.runs: grid has up to {MAX_RUNS['grid']}" if more else ""
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
    fits = label.strip() and label.isprintable() and len(label) <= MAX_LABEL_LETTERS
    swept = "sweep" in draft.data
    if not fits:
        told = f"a label is one line of 1 to {MAX_LABEL_LETTERS} characters, found '{shown(label)}'"
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


MADE = ("dataset", "model", "loss", "landscape")  # what the surface is made of


def one_surface(runs: Sequence[RunDraft], made: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what a run changes about the surface, on which all of them are shown."""
    for run, parts in zip(runs[1:], made[1:], strict=True):
        for part in _changed(made[0], parts):
            told = f"changes the loss surface ({part}), and a race has one"
            run.refuse((part,), f"{told}: film.runs: grid shows each its own")


def _changed(first: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterator[str]:
    if None in (first["model"], parts["model"]):
        return
    changed = [
        part
        for part in MADE
        if None not in (first[part], parts[part]) and _still(first[part]) != _still(parts[part])
    ]
    if "model" in changed:
        changed.remove("model")
        yield "model"
        # Another model may have other parameters, and a function has no data: all its doing.
        of_it = {"landscape"} | ({"dataset", "loss"} if _swaps(first, parts) else set())
        changed = [part for part in changed if part not in of_it]
    yield from changed
    if _drawn(first["dataset"]) and first["seed"] != parts["seed"]:
        yield "seed"


def _swaps(first: Mapping[str, Any], parts: Mapping[str, Any]) -> bool:
    """Whether one is fitted to data and the other is a function."""
    return bool(first["model"].needs_data != parts["model"].needs_data)


def _drawn(dataset: Any) -> bool:
    """Whether the seed makes the data: their noise, or which of them are held out."""
    return bool(getattr(dataset, "noise", 0) or getattr(dataset, "validation", None))


def _still(value: Any) -> Any:
    """The same without the values that training starts from."""
    if isinstance(value, Parameter):
        return value if value.frozen else replace(value, value=0.0)
    if isinstance(value, tuple):
        return tuple(_still(item) for item in value)
    if isinstance(value, dict):
        return {key: _still(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        inner = {f.name: _still(getattr(value, f.name)) for f in fields(value) if f.init}
        return type(value), inner
    return value
