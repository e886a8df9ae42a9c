"""Turns a YAML scene into an animated film of gradient descent.

`film = render.load("configs/slope.yaml")`, then `film.recording`, `film.save("slope.gif")`, or
`film` alone in a notebook; `render.batch(["configs"])` makes many. Importing this imports
nothing heavy: everything comes when it is asked for.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from render.errors import ConfigError, RenderError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from render import batch
    from render.api.film import Film

__version__ = "0.1.0"
__all__ = ["ConfigError", "Film", "RenderError", "__version__", "batch", "load"]


def load(
    config: str | os.PathLike[str],
    sets: Sequence[str] = (),
    *,
    size: Sequence[int] | str | None = None,
    fps: int | None = None,
    theme: str | os.PathLike[str] | None = None,
    seed: int | None = None,
    frames: Sequence[int] | str | None = None,
    target: str | None = None,
    draft: bool = False,
    cache: bool = True,
) -> Film:
    """The film of a config. Nothing is learnt or drawn yet. Raises ConfigError.

    `sets` changes keys ("optimizer.lr=0.3") and has the last word; the others are the command
    line's options of the same names, `target` being `--for`. `cache=False`: nothing of earlier
    films is used or kept.

    >>> film = render.load("configs/slope.yaml", ["optimizer.lr=0.3"], size=(640, 360))
    >>> film.spec.optimizer.lr
    0.3
    """
    from render.api.film import open_film

    changes = {"size": size, "fps": fps, "theme": theme, "seed": seed, "frames": frames}
    return open_film(config, sets, target=target, draft=draft, cache=cache, **changes)


def __getattr__(name: str) -> Any:
    """`render.batch` and `render.Film` without importing them first."""
    if name == "batch":
        return importlib.import_module("render.batch")
    if name == "Film":
        return importlib.import_module("render.api.film").Film
    raise AttributeError(f"module 'render' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
