"""The runs of a race must have one loss surface, on which all of them are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from render.config.options import Parameter
from render.config.runs import Run

MADE = ("dataset", "model", "loss", "landscape")  # what the surface is made of


def one_surface(runs: Sequence[Run], made: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what a run changes of the surface, on which all runs of a race are shown."""
    for run, parts in zip(runs[1:], made[1:], strict=True):
        for part in _changed(made[0], parts):
            message = f"changes the loss surface ({part}), and a race has one"
            hint = "film.runs: grid shows each its own"
            run.problems.refuse(run.node.at(part), f"{message}: {hint}")


def _changed(first: Mapping[str, Any], parts: Mapping[str, Any]) -> Iterator[str]:
    if None in (first["model"], parts["model"]):
        return
    changed = [
        part
        for part in MADE
        if None not in (first[part], parts[part])
        and _without_starts(first[part]) != _without_starts(parts[part])
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
    """Whether one is fitted to data and the other is a function."""
    return bool(first["model"].needs_data != parts["model"].needs_data)


def _is_random(dataset: Any) -> bool:
    """Whether the data depend on the seed: their noise, or which of them are held out."""
    return bool(getattr(dataset, "noise", 0) or getattr(dataset, "validation", None))


def _without_starts(value: Any) -> Any:
    """A part of a Spec with 0 for every value that training starts from."""
    if isinstance(value, Parameter):
        return value if value.frozen else replace(value, value=0.0)
    if isinstance(value, tuple):
        return tuple(_without_starts(item) for item in value)
    if isinstance(value, dict):
        return {key: _without_starts(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        inner = {f.name: _without_starts(getattr(value, f.name)) for f in fields(value) if f.init}
        return type(value), inner
    return value
