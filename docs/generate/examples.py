"""How the shipped configs use each option: the examples of the reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from render import registry
from render.commands.common.catalogue import config_files
from render.config.build import SHELVES
from render.config.theme import theme_names
from render.config.yaml import read

THEMES = registry.PACKAGE / "draw" / "themes"

LISTS = ("outputs", "measure")  # sections that are lists of members
Path = tuple[str, ...]  # ("optimizer", "adam", "lr"), ("film", "camera", "orbit")
MAX_LETTERS = 90  # a longer value is not shown as an example


@dataclass(frozen=True)
class Use:
    """A value that a config has, and the config's name."""

    config: str
    value: Any


@cache
def uses() -> Mapping[Path, tuple[Use, ...]]:
    """Every option with the values that configs give it, in the order of their names."""
    found: dict[Path, list[Use]] = {}
    for name, file in config_files().items():
        root = read(file)[0].data
        for path, value in _options(root):
            found.setdefault(path, []).append(Use(name, value))
    for name in theme_names():
        for key, value in yaml.safe_load((THEMES / f"{name}.yaml").read_text("utf-8")).items():
            found.setdefault(("theme", key), []).append(Use(name, value))
    return {path: tuple(used) for path, used in found.items()}


def first(path: Path) -> Use | None:
    """The first value that is short enough to be shown; None where no config gives any."""
    plain = tuple(key.partition("[")[0] for key in path)
    usable = (use for use in uses().get(plain, ()) if len(str(use.value)) <= MAX_LETTERS)
    return next(usable, None)


def configs_with(path: Path) -> list[str]:
    """The configs that use an option or a member, each once."""
    return [*dict.fromkeys(use.config for use in uses().get(path, ()))]


def _options(root: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    yield from _sections(root)
    changes = [*(root.get("runs") or {}).values()] if isinstance(root.get("runs"), dict) else []
    sweep = root.get("sweep") or {}
    for change in changes:
        yield from _sections(_completed(_undotted(change), root))
    for values in sweep.values():
        if isinstance(values, list) and values:
            one = {key: v[0] if isinstance(v, list) else v for key, v in sweep.items()}
            yield from _sections(_completed(_undotted(one), root))
            return


def _sections(root: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for section, value in root.items():
        if section in SHELVES:
            default = SHELVES[section].default or ""
            kind = value if isinstance(value, str) else value.get("kind", default)
            options = {} if isinstance(value, str) else value
            yield (section, kind), value
            for key, option in options.items():
                if key != "kind":
                    yield from _inside((section, kind, key), option)
        elif section in LISTS:
            for item in value if isinstance(value, list) else [value]:
                kind = item if isinstance(item, str) else item.get("kind", "")
                yield (section, kind), item
                for key, option in item.items() if isinstance(item, dict) else ():
                    if key != "kind":
                        yield from _inside((section, kind, key), option)
        elif section == "captions" and isinstance(value, list):
            yield ("captions",), value
            for caption in value:
                for key, option in caption.items():
                    yield ("captions", key), option
        else:
            yield from _inside((section,), value)


def _inside(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _inside((*path, str(key)), item)
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                for key, inner in item.items():
                    yield from _inside((*path, str(key)), inner)


def _undotted(changes: Any) -> dict[str, Any]:
    """What a run changes, with `optimizer.lr` as a mapping in a mapping."""
    tree: dict[str, Any] = {}
    for key, value in changes.items() if isinstance(changes, dict) else ():
        *above, last = str(key).split(".")
        place = tree
        for part in above:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = place[part] = {"kind": inner}
            place = inner
        place[last] = value
    return tree


def _completed(changes: dict[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of a run with the kinds that the film's own sections name."""
    for section in SHELVES:
        own, changed = root.get(section), changes.get(section)
        if isinstance(changed, dict) and "kind" not in changed:
            kind = own if isinstance(own, str) else (own or {}).get("kind")
            changes[section] = {**({"kind": kind} if kind else {}), **changed}
    return changes
