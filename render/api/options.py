"""The options of `render.load`, `film.but` and the others: checked, and as changes of a config.

A message calls an option as its caller wrote it, `fps=0`, where the command line has `--fps 0`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

from render.config.build import KEYS
from render.config.layers import OPTION, ROUGH, ROUGH_FPS, rough_px
from render.config.load import load
from render.config.problems import nearest, shown, unknown
from render.config.spec import Spec
from render.config.targets import known, targets
from render.errors import ConfigError


class Sections(TypedDict, total=False):
    """Keys of a config, each with what stands under it there; None is what the config says.

    A mapping replaces the whole section: `optimizer={"kind": "adam", "lr": 0.1}`.
    """

    title: str | None
    scene: str | None
    dataset: str | Mapping[str, Any] | None
    model: str | Mapping[str, Any] | None
    loss: str | Mapping[str, Any] | None
    optimizer: str | Mapping[str, Any] | None
    schedule: str | Mapping[str, Any] | None
    training: Mapping[str, Any] | None
    film: Mapping[str, Any] | None
    landscape: Mapping[str, Any] | None
    measure: str | Mapping[str, Any] | Sequence[str | Mapping[str, Any]] | None
    outputs: Sequence[str | Mapping[str, Any]] | None
    captions: Sequence[Mapping[str, Any]] | None
    map: Mapping[str, Any] | None
    language: str | None
    runs: Mapping[str, Any] | Sequence[Any] | None
    sweep: Mapping[str, Any] | None


class FilmChanges(Sections, total=False):
    """What a film may be loaded or made with; None is what its config says."""

    size: Sequence[int] | str | None  # (1280, 720) or "1280x720"
    fps: int | None
    theme: str | os.PathLike[str] | None
    seed: int | None
    frames: Sequence[int] | str | None  # (0, 59) or "0-59": first and last, counted from 0
    draft: bool


NAMES = ("size", "fps", "theme", "seed", "frames", "draft")
SECTIONS = tuple(key for key in KEYS if key in Sections.__annotations__)
Sets = str | Mapping[str, Any]  # "optimizer.lr=0.3", or {"optimizer.lr": 0.3}
SETS = 'texts or mappings, like ["optimizer.lr=0.3"] or {"optimizer.lr": 0.3}'
NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")  # in a JSON text
PAIR = re.compile("([0-9]+)[x×-]([0-9]+)")


@dataclass(frozen=True)
class Change:
    """A change of a config."""

    setting: str  # KEY=VALUE
    written: str  # as the caller wrote it, `fps=0`


@dataclass(frozen=True)
class FilmSource:
    """Where a film comes from, so that it can be loaded again with other options."""

    path: Path
    changes: tuple[Change, ...]
    target: str | None = None
    draft: bool = False
    text: str | None = None  # the JSON of a config that is no file

    @property
    def is_draft(self) -> bool:
        """Whether a draft was asked for, at the beginning or by a change."""
        return self.draft or any(change.written == f"{ROUGH}=True" for change in self.changes)

    def spec(self) -> Spec:
        """Load it. Raises ConfigError."""
        settings = [change.setting for change in self.changes]
        written = {change.setting: change.written for change in self.changes}

        def spelled(name: str, value: str) -> str:
            if name == OPTION:
                return f"target={value!r}"
            return f"{ROUGH}=True" if name == ROUGH else written[value]

        options = {} if self.target is None else {OPTION: self.target}
        options |= {ROUGH: ""} if self.draft else {}
        return load(self.path, settings, options, self.text, spelled)


def check_names(function: str, options: Iterable[str], names: Sequence[str]) -> None:
    """Raise ConfigError for an option that a function doesn't have."""
    for name in options:
        if name not in names:
            own = [known for known in names if known not in SECTIONS]
            keys = len(own) < len(names)
            hint = nearest(name, names) or ";"
            told = f"{function}: unknown option '{shown(name)}'{hint} there are: {', '.join(own)}"
            raise ConfigError(told + f"; keys of a config: {', '.join(SECTIONS)}" * keys)


def refusal(name: str, value: object, expected: str) -> ConfigError:
    """The error of an option whose value has a wrong type."""
    return ConfigError(f"{_written(name, value)}: expected {expected}")


def changed(options: FilmChanges, spec: Spec | None) -> list[Change]:
    """The options as changes; `spec` is the film that a draft is made of. Raises ConfigError."""
    given: Mapping[str, Any] = options
    changes = [_change(key, given[key]) for key in SECTIONS if given.get(key) is not None]
    if flag("draft", options.get("draft", False)) and spec is not None:
        rough: dict[str, Any] = {"film.size": rough_px(spec.film.size), "film.fps": ROUGH_FPS}
        changes += [Change(f"{k}={json.dumps(v)}", f"{ROUGH}=True") for k, v in rough.items()]
    values: dict[str, Any] = {
        "film.size": _pair("size", options.get("size"), '(1280, 720) or "1280x720"'),
        "film.fps": options.get("fps"),
        "film.theme": _theme(options.get("theme")),
        "seed": options.get("seed"),
        "film.frames": _pair("frames", options.get("frames"), '(0, 59) or "0-59"'),
    }
    for key, value in values.items():
        if value is not None:
            name = key.rpartition(".")[2]
            text = _yaml(name, value)
            changes.append(Change(f"{key}={text}", _written(name, dict(options)[name])))
    return changes


def as_changes(sets: object) -> list[Change]:
    """Texts KEY=VALUE and mappings of keys, or one alone, as changes. Raises ConfigError."""
    listed = [sets] if isinstance(sets, str | Mapping) else sets
    if not isinstance(listed, Iterable):
        raise refusal("sets", sets, SETS)
    changes: list[Change] = []
    for one in listed:
        if isinstance(one, str):
            changes.append(Change(one, one if one.strip() else _written("sets", one)))
        elif isinstance(one, Mapping) and all(isinstance(key, str) for key in one):
            changes += [_change(key, value) for key, value in one.items()]
        else:
            raise refusal("sets", sets, SETS)
    return changes


def _change(key: str, value: object) -> Change:
    """A key of a config with its new value. Raises ConfigError."""
    written = _written(shown(key), value)
    if "=" in key:
        raise ConfigError(f"{written}: a key has no '='")
    return Change(f"{key}={as_json(key, value)}", written)


def as_json(name: str, value: object) -> str:
    """A value of a config as JSON, paths and NumPy's numbers too. Raises ConfigError."""

    def other(inner: Any) -> Any:
        if isinstance(inner, os.PathLike):
            return os.fspath(inner)
        return dict(inner) if isinstance(inner, Mapping) else inner.tolist()

    try:
        text = json.dumps(value, ensure_ascii=False, default=other)
        return NOT_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    except (TypeError, ValueError, AttributeError, RecursionError):
        expected = "texts, numbers, and lists and mappings of them"
        raise refusal(name, value, expected) from None


def texts(name: str, value: object, example: str) -> list[str]:
    """A sequence of texts, or one alone. Raises ConfigError."""
    listed = [value] if isinstance(value, str) else value
    if isinstance(listed, Mapping) or not isinstance(listed, Iterable):
        raise refusal(name, value, f'texts, like ["{example}"]')
    items = [*listed]
    if not all(isinstance(text, str) for text in items):
        raise refusal(name, value, f'texts, like ["{example}"]')
    return items


def flag(name: str, value: object) -> bool:
    """True or False. Raises ConfigError."""
    if not isinstance(value, bool):
        raise refusal(name, value, "True or False")
    return value


def file_name(name: str, value: object) -> str:
    """A path as text, with the slash at its end if it has one. Raises ConfigError."""
    if isinstance(value, str | os.PathLike) and isinstance(text := os.fspath(value), str):
        if "\0" in text:
            raise ConfigError(f"{_written(name, value)}: no file has a null byte in its name")
        return text
    raise refusal(name, value, "the name of a file or folder")


def target_of(value: object) -> str | None:
    """The name of a target. Raises ConfigError."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise refusal("target", value, f"one of {', '.join(targets())}")
    if known(value) is None:
        raise ConfigError(
            f"{_written('target', value)}: {unknown('target', value, tuple(targets()))}"
        )
    return value


def _pair(name: str, value: object, example: str) -> list[Any] | None:
    """Two numbers, however they were given; whether they are possible is for the config."""
    if value is None:
        return None
    if isinstance(value, str):
        if match := PAIR.fullmatch(value.strip()):
            return [int(match[1]), int(match[2])]
    elif isinstance(value, Iterable) and not isinstance(value, Mapping):
        return [*value]
    raise refusal(name, value, f"two whole numbers, like {example}")


def _theme(value: object) -> str | None:
    """A theme's name, or its file by an absolute path: one names it from the current folder."""
    if value is None:
        return None
    if not isinstance(value, str | os.PathLike) or not isinstance(os.fspath(value), str):
        raise refusal("theme", value, "a theme's name or file")
    name = str(os.fspath(value))
    return os.path.abspath(name) if name.lower().endswith((".yaml", ".yml")) else name


def _yaml(name: str, value: object) -> str:
    """A value as YAML; NumPy's numbers too."""
    try:
        return json.dumps(value, ensure_ascii=False, default=lambda number: number.item())
    except (TypeError, ValueError, AttributeError):
        raise refusal(name, value, "numbers") from None


def _written(name: str, value: object) -> str:
    try:
        return f"{name}={shown(repr(value))}"
    except RecursionError:  # nested too deep even to be written
        return f"{name}={{…}}"
