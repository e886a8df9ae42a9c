"""The controls of a config: which values a slider or a menu changes, and where each is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import product
from math import floor, log10
from typing import Any

from render.config.fields import aliases, options
from render.config.layers import spell_out
from render.config.node import Node
from render.config.options import Parameter
from render.config.problems import Problems
from render.config.scene_file import known as known_scenes
from render.config.spec import Spec
from render.config.targets import targets
from render.config.theme import theme_names
from render.config.yaml import parse
from render.studio.edit import reach

SIZES = ((1280, 720), (1920, 1080), (1080, 1080), (1080, 1920), (854, 480), (720, 720))
MAX_CONTROLS = 24
NONE = "none"
DIFFERING = ("runs", "sweep")  # sections of what runs have of their own


@dataclass(frozen=True)
class Control:
    """A value with the keys under which it stands, or would."""

    label: str
    path: tuple[str, ...]
    value: Any
    kind: str  # slider, or select
    low: float = 0.0
    high: float = 1.0
    whole: bool = False  # whether the values are whole numbers
    logarithmic: bool = False
    choices: tuple[tuple[str, Any], ...] = ()  # of a select: words and values

    @property
    def facts(self) -> dict[str, Any]:
        """The control as the page has it."""
        names = (f.name for f in fields(self))
        return {name: getattr(self, name) for name in names}


def controls(text: str, spec: Spec) -> list[Control]:
    """What can be set of a config that loads: numbers of its runs, and choices of the film."""
    root = spell_out(Problems(), parse(text)[0])
    found: dict[tuple[str, ...], Control] = {}
    for number, one in enumerate(spec.each):
        noisy = one.training.noise > 0 or "noise" in root.at("training").entries  # also a 0
        for keys, value, range_ in _numbers(one, noisy):
            path = where(root, spec, number, keys)
            own = one.label if path[0] in DIFFERING else ""
            named = own.startswith(f"{keys[-1]} ")  # as the runs of a sweep are: lr 0.1
            label = own if named else f"{keys[-1]} · {own}" if own else keys[-1]
            found.setdefault(path, Control(label, path, value, "slider", **range_))
    # First what differs between the runs, last the seed.
    sliders = sorted(
        found.values(), key=lambda one: (one.path[0] not in DIFFERING, one.path[0] == "seed")
    )
    return [*sliders[:MAX_CONTROLS], *_choices(root, spec)]


def _numbers(one: Spec, noisy: bool) -> Iterator[tuple[tuple[str, ...], float, dict[str, Any]]]:
    """The numbers of a run: their keys, values and ranges; the noise of gradients if `noisy`."""
    for name in ("lr", "momentum"):
        value = getattr(one.optimizer, name, None)
        if isinstance(value, int | float) and name == "lr":
            decade = 10.0 ** floor(log10(value)) if value > 0 else 0.01
            reach_ = {"low": decade / 100, "high": decade * 100, "logarithmic": True}
            yield ("optimizer", name), value, reach_
        elif isinstance(value, int | float):
            yield ("optimizer", name), value, {"high": 0.99}
    epochs = one.training.epochs
    high = max(100, 4 * 10 ** floor(log10(epochs)) * 10)
    log_range = {"low": 1, "high": high, "whole": True, "logarithmic": True}
    yield ("training", "epochs"), epochs, log_range
    noise = getattr(one.dataset, "noise", None)
    if one.model.needs_data and isinstance(noise, int | float):
        yield ("dataset", "noise"), noise, {"high": max(1.0, 4 * noise)}
    if noisy:
        yield ("training", "noise"), one.training.noise, {"high": 4 * one.training.noise or 1.0}
    yield ("seed",), one.seed, {"low": 0, "high": max(50, one.seed), "whole": True}


def where(root: Node, spec: Spec, run: int, keys: Sequence[str]) -> tuple[str, ...]:
    """The keys under which a value of a run stands: its own where it has one, or the film's."""
    own = _own(root, spec, run, keys)
    return own if own is not None else _named(root, (), spec, keys)


def _own(root: Node, spec: Spec, run: int, keys: Sequence[str]) -> tuple[str, ...] | None:
    labels = list(root.at("runs").entries)
    if run < len(labels):
        base = ("runs", labels[run])
        path = _named(root, base, spec.each[run], keys)
        _, rest = reach(root, path)
        section = root.at("runs").at(labels[run]).get(keys[0])
        names_kind = section is not None and (
            isinstance(section.value, str) or "kind" in section.entries
        )
        return path if not rest or (names_kind and len(keys) > 1) else None
    axes = list(_axes(root.at("sweep"), ()))
    if not axes:
        return None
    combinations = list(product(*(range(len(node.value)) for _, node in axes)))
    for (path, _), number in zip(axes, combinations[run], strict=True):
        if path == tuple(keys):
            return ("sweep", *path, str(number))
    return None


def _axes(section: Node, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    for key, node in section.entries.items():
        if isinstance(node.value, list):
            yield (*keys, key), node
        else:
            yield from _axes(node, (*keys, key))


def _named(root: Node, base: tuple[str, ...], spec: Spec, keys: Sequence[str]) -> tuple[str, ...]:
    """The keys, the last one by the name that the text has for it: lr or learning_rate."""
    holder, rest = reach(root, (*base, *keys[:-1]))
    part = getattr(spec, keys[0], None)
    if not rest and len(keys) == 2 and hasattr(type(part), "__dataclass_fields__"):
        names = aliases(options(type(part)).get(keys[-1]))
        used = next((name for name in names if name in holder.entries), keys[-1])
        return (*base, *keys[:-1], used)
    return (*base, *keys)


def _choices(root: Node, spec: Spec) -> Iterator[Control]:
    theme = spec.film.theme
    themes = tuple(dict.fromkeys((*theme_names(), theme)))
    yield _select("theme", ("film", "theme"), theme, [(name, name) for name in themes])
    installed = registry_scenes(spec)
    yield _select("scene", ("scene",), spec.scene, [(name, name) for name in installed])
    size = tuple(spec.film.size)
    sizes = dict.fromkeys((*SIZES, size))
    pairs = [(f"{w} × {h}", [w, h]) for w, h in sizes]
    yield _select("size", ("film", "size"), list(size), pairs)
    places: list[tuple[str, Any]] = [(NONE, None), *((name, name) for name in targets())]
    yield _select("target", ("target",), spec.target, places)


def registry_scenes(spec: Spec) -> list[str]:
    """The scenes that the config may name."""
    return sorted({*known_scenes(spec.path), spec.scene})


def _select(
    label: str, path: tuple[str, ...], value: Any, choices: Sequence[tuple[str, Any]]
) -> Control:
    return Control(label, path, value, "select", choices=tuple(choices))


def starts(text: str, spec: Spec, run: int = 0) -> dict[str, tuple[str, ...]]:
    """Of each trained parameter of a run, the keys under which it starts, or would.

    Empty for a network.
    """
    one = spec.each[run]
    model = one.model
    if model.network:
        return {}
    root = spell_out(Problems(), parse(text)[0])
    paths: dict[int, tuple[str, ...]] = {}
    for field in fields(model):
        value = getattr(model, field.name)
        if isinstance(value, Parameter):
            paths[id(value)] = (field.name,)
        elif isinstance(value, tuple | dict):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, inner in pairs:
                if isinstance(inner, Parameter):
                    paths[id(inner)] = (field.name, str(key))
    by_name = getattr(model, "start", ()) is None  # a function's that the config doesn't have
    found: dict[str, tuple[str, ...]] = {}
    for name, parameter in model.parameters().items():
        if parameter.frozen or not (by_name or id(parameter) in paths):
            continue
        keys = ("model", *(("start", name) if by_name else paths[id(parameter)]))
        found[name] = where(root, spec, run, keys)
    return found
