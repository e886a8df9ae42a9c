"""The options of a film in Python in, what `--set` would say of them out."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from render.config.overrides import ROUGH_FPS, rough_px
from render.config.spec import Spec
from render.errors import ConfigError

PAIR = re.compile("([0-9]+)[x×-]([0-9]+)")


@dataclass(frozen=True)
class Changes:
    """What a film may be loaded or made with; None is what its config says."""

    size: Sequence[int] | str | None = None  # (1280, 720) or "1280x720"
    fps: int | None = None
    theme: str | os.PathLike[str] | None = None
    seed: int | None = None
    frames: Sequence[int] | str | None = None  # first and last, counted from 0
    draft: bool = False

    def over(self, spec: Spec | None) -> list[str]:
        """The changes, each as KEY=VALUE; `spec` is what a draft is made of."""
        rough: dict[str, Any] = {}
        if self.draft and spec is not None:
            rough = {"film.size": rough_px(spec.film.size), "film.fps": ROUGH_FPS}
        given: dict[str, Any] = {
            "film.size": _pair(self.size),
            "film.fps": self.fps,
            "film.theme": _theme(self.theme),
            "seed": self.seed,
            "film.frames": _pair(self.frames),
        }
        said = rough | {key: value for key, value in given.items() if value is not None}
        return [f"{key}={_yaml(value)}" for key, value in said.items()]


def _pair(value: Sequence[int] | str | None) -> Any:
    """Two numbers, however they were given; what is none is left to be told as such."""
    if isinstance(value, str):
        found = PAIR.fullmatch(value.strip())
        return [int(found[1]), int(found[2])] if found else value
    return None if value is None else [*value]


def _theme(theme: str | os.PathLike[str] | None) -> str | None:
    """A file as one names it here, not beside the config."""
    if theme is None:
        return None
    name = os.fspath(theme)
    return os.path.abspath(name) if name.lower().endswith((".yaml", ".yml")) else name


def _yaml(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=int)  # numpy's integers too
    except (TypeError, ValueError):
        raise ConfigError(f"{value!r}: expected numbers and texts") from None
