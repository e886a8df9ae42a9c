"""The runs of a film, from `runs` or `sweep`, each as a tree of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import product
from math import prod
from typing import Any

from render.config.build import KEYS, PARTS, SHELVES, Seed, choose, unknown_section
from render.config.fields import as_written, take
from render.config.layers import hang
from render.config.node import Node
from render.config.options import Parameter
from render.config.overlay import overlay
from render.config.problems import Problems, shown
from render.config.spec import Training

MADE = ("dataset", "model", "loss", "landscape")  # the parts that the surface depends on


def one_surface(runs: Sequence[Run], made: Sequence[Mapping[str, Any]]) -> None:
    """Refuse changes of the surface by a run: all runs of a race are drawn on one."""
    for run, parts in zip(runs[1:], made[1:], strict=True):
        for part in _changed(made[0], parts):
            message = f"changes the loss surface ({part}), and a race has one"
            hint = "film.runs: grid shows each its own"
            run.problems.refuse(run.node.at(part), f"{message}: {hint}")


def one_kind(runs: Sequence[Run], made: Sequence[Mapping[str, Any]]) -> None:
    """Refuse networks beside models whose parameters have names: no panel draws both."""
    kinds = [parts["model"].network for parts in made if parts["model"] is not None]
    if len(kinds) < len(made) or len({*kinds}) < 2:
        return
    for run, network in zip(runs[1:], kinds[1:], strict=True):
        if network != kinds[0]:
            one, other = ("a network", "none") if network else ("no network", "one")
            message = f"is {one}, and the first run is {other}: a film has runs of one kind"
            run.problems.refuse(run.node.at("model"), message)


def _changed(first: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterator[str]:
    if None in (first["model"], parts["model"]):
        return
    changed = [
        part
        for part in MADE
        if None not in (first[part], parts[part])
        and without_starts(first[part]) != without_starts(parts[part])
    ]
    if "model" in changed:
        changed.remove("model")
        yield "model"
        # Another model may have other parameters, and a function has no data: those changes
        # follow from it and are not reported besides.
        of_it = {"landscape"} | ({"dataset", "loss"} if _is_swap(first, parts) else set())
        changed = [part for part in changed if part not in of_it]
    yield from changed
    if _is_random(first["dataset"]) and first["seed"] != parts["seed"]:
        yield "seed"


def _is_swap(first: Mapping[str, Any], parts: Mapping[str, Any]) -> bool:
    """Whether one model is fitted to data and the other is a function."""
    return bool(first["model"].needs_data != parts["model"].needs_data)


def _is_random(dataset: Any) -> bool:
    """Whether the data depend on the seed: their noise, or which of them are held out."""
    return bool(getattr(dataset, "noise", 0) or getattr(dataset, "validation", None))


def without_starts(value: Any) -> Any:
    """A part of a Spec with 0 for every value that training starts from."""
    if isinstance(value, Parameter):
        return value if value.frozen else replace(value, value=0.0)
    if isinstance(value, tuple):
        return tuple(without_starts(item) for item in value)
    if isinstance(value, dict):
        return {key: without_starts(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        starts = getattr(value, "start_options", ())
        inner = {f.name: without_starts(getattr(value, f.name)) for f in fields(value) if f.init}
        return type(value), {name: one for name, one in inner.items() if name not in starts}
    return value


MAX_RUNS = {"race": 8, "grid": 12}
MAX_LABEL_LETTERS = 40  # characters of a label
MAX_COUNT = 1_000_000  # combinations of a sweep; more are not counted
ALONE = {"seed": Seed, "training": Training}  # parts that need not fit any other part


@dataclass(frozen=True)
class Run:
    """A run of a film of several runs."""

    label: str
    node: Node  # the parts of the film with the changes of this run laid over
    replaced: frozenset[str]  # parts that replace the film's completely
    problems: Problems


def runs(problems: Problems, root: Node, arrangement: str) -> list[Run]:
    """The runs in the order of the file; none for a film of one run, or if they are wrong."""
    given, sweep = root.get("runs"), root.get("sweep")
    if given is not None and sweep is not None:
        message = "spells runs out, and 'runs' is given too: leave one of them out"
        problems.refuse(sweep, message, at_key=True)
    elif given is not None:
        return _listed(problems, root, given, arrangement)
    elif sweep is not None:
        return _swept(problems, root, sweep, arrangement)
    return []


def check_replaced(problems: Problems, root: Node, each: Sequence[Run]) -> None:
    """Check the film's parts that every run replaces: no check of a run includes them."""
    for part in PARTS:
        node = root.get(part)
        if not each or node is None or not all(part in run.replaced for run in each):
            continue
        if part in SHELVES:
            choose(problems, node, SHELVES[part])
        elif part in ALONE:
            take(problems, node, ALONE[part])


def name_runs(problems: Problems, each: Sequence[Run]) -> None:
    """Add the run to a problem that occurs with some runs only."""
    for index, problem in enumerate(problems.all):
        having = [run for run in each if any(problem.same(other) for other in run.problems.all)]
        if problem.path[:1] not in (("runs",), ("sweep",)) and 0 < len(having) < len(each):
            path = ("runs", having[0].label, *problem.path)
            problems.all[index] = replace(problem, path=path)


def _listed(problems: Problems, root: Node, given: Node, arrangement: str) -> list[Run]:
    if not isinstance(given.value, dict):
        expected = "a mapping of labels to what differs, like {fast: {optimizer.lr: 0.3}, …}"
        problems.refuse(given, f"expected {expected}, found {as_written(given.data)}")
        return []
    if not _countable(problems, given, len(given.value), arrangement):
        return []
    fitting = [(k, n) for k, n in given.entries.items() if _is_usable(problems, k, n)]
    return [_run(problems, root, label, changes) for label, changes in fitting]


def _run(problems: Problems, root: Node, label: str, changes: Node) -> Run:
    node, replaced = overlay(problems, root, changes)
    return Run(label, node, replaced, problems.of_run())


def _countable(problems: Problems, node: Node, count: int, arrangement: str) -> bool:
    """Whether a film can have so many runs."""
    most = MAX_RUNS[arrangement]
    if count == 1:
        problems.refuse(node, "one run is a film without runs", at_key=True)
    elif not 2 <= count <= most:
        more = count in range(2, MAX_RUNS["grid"] + 1)
        hint = f"; film.runs: grid has up to {MAX_RUNS['grid']}" if more else ""
        there = f"{MAX_COUNT:,} or more" if count >= MAX_COUNT else count or "none"
        message = f"a {arrangement} has from 2 to {most} runs, found {there}{hint}"
        problems.refuse(node, message, at_key=True)
    return 2 <= count <= most


def _is_usable(problems: Problems, label: str, changes: Node) -> bool:
    """Whether a run's label is valid; notes the keys that a run can't change."""
    named = _is_label(label)
    if not named:
        problems.refuse(changes, _label_fault(label), at_key=True)
    if not isinstance(changes.value, dict):
        expected = "expected a mapping of what differs, or {}"
        problems.refuse(changes, f"{expected}, found {as_written(changes.data)}")
        return False
    for key in changes.entries:
        _is_part(problems, changes, key)
    return named


def _is_label(label: str) -> bool:
    """Whether a label fits in a legend."""
    return bool(label.strip()) and label.isprintable() and len(label) <= MAX_LABEL_LETTERS


def _label_fault(label: str) -> str:
    return f"a label is one line of 1 to {MAX_LABEL_LETTERS} characters, found '{shown(label)}'"


def _is_part(problems: Problems, changes: Node, key: str) -> bool:
    """Whether a key is a part of a run."""
    if key in PARTS:
        return True
    if key in KEYS:
        message = "belongs to the whole film, which the runs share"
        problems.refuse(changes.at(key), message, at_key=True)
    else:
        unknown_section(problems, changes, key, PARTS)
    return False


Plain = str | int | float


@dataclass(frozen=True)
class Axis:
    """A key that takes several values."""

    keys: tuple[str, ...]  # ("optimizer", "lr")
    node: Node  # the list of the values


def _swept(problems: Problems, root: Node, sweep: Node, arrangement: str) -> list[Run]:
    axes = _axes(problems, sweep)
    if not axes or not all([_is_part(problems, sweep, axis.keys[0]) for axis in axes]):
        return []
    count = prod(len(axis.node.value) for axis in axes)
    if not _countable(problems, sweep, count, arrangement):
        return []
    each = list(_combinations(sweep, axes))
    for label, _ in each:
        if not _is_label(label):  # the first that doesn't fit is enough
            message = f"{_label_fault(label)}: 'runs' can give shorter ones"
            problems.refuse(sweep, message, at_key=True)
            return []
    return [_run(problems, root, label, changes) for label, changes in each]


def _axes(problems: Problems, sweep: Node) -> list[Axis]:
    """The keys that a sweep varies; none, and problems noted, if it is wrong."""
    if not isinstance(sweep.value, dict) or not sweep.value:
        expected = "a mapping of keys to lists, like {optimizer.lr: [0.1, 0.3]}"
        problems.refuse(sweep, f"expected {expected}, found {as_written(sweep.data or None)}")
        return []
    axes = list(_leaves((), sweep))
    fit = [_is_axis(problems, axis.node) for axis in axes]
    return axes if all(fit) else []


def _leaves(keys: tuple[str, ...], section: Node) -> Iterator[Axis]:
    for key, node in section.entries.items():
        if node.entries:
            yield from _leaves((*keys, key), node)
        else:
            yield Axis((*keys, key), node)


def _is_axis(problems: Problems, node: Node) -> bool:
    """Whether a node is a list of different plain values; notes what is wrong."""
    if not isinstance(node.value, list) or not node.value:
        expected = "expected a list of values, like [0.1, 0.3]"
        problems.refuse(node, f"{expected}, found {as_written(node.data)}")
        return False
    fit, before = True, set[str]()
    for item in node.value:
        if not isinstance(item.value, Plain):
            message = f"expected a name, a number, true or false, found {as_written(item.data)}"
            problems.refuse(item, f"{message}: 'runs' can vary more")
            fit = False
        elif (text := _in_label(item)) in before:
            problems.refuse(item, f"{text} is in the list already")
            fit = False
        else:
            before.add(text)
    return fit


def _combinations(sweep: Node, axes: Sequence[Axis]) -> Iterator[tuple[str, Node]]:
    """The label and the changes of each run; a problem of several values has the sweep's place."""
    names = _short([axis.keys for axis in axes])
    for items in product(*(axis.node.value for axis in axes)):
        label = ", ".join(f"{n} {_in_label(i)}" for n, i in zip(names, items, strict=True))
        axis_items = zip(axes, items, strict=True)
        leaves = [(a.keys, replace(item, key=a.node.key_origin)) for a, item in axis_items]
        empty = Node({}, sweep.origin)
        changes, _ = hang(empty, leaves, by=empty)
        yield label, changes


def _in_label(item: Node) -> str:
    return item.value if isinstance(item.value, str) else as_written(item.value)


def _short(paths: Sequence[tuple[str, ...]]) -> list[str]:
    """The last part of each key, or as many of its last parts as make the names different."""
    lengths = [1] * len(paths)
    while True:
        names = [".".join(p[-count:]) for p, count in zip(paths, lengths, strict=True)]
        twice = [i for i, name in enumerate(names) if names.count(name) > 1]
        if not any(lengths[i] < len(paths[i]) for i in twice):
            return names
        for i in twice:
            lengths[i] = min(lengths[i] + 1, len(paths[i]))
