"""The runs of a race in, a problem for each whose loss surface is not that of the first out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from render.config.laying import RunDraft
from render.learn.models.base import Parameter

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
