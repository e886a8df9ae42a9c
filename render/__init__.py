"""Turns a YAML config into an animated film of gradient descent.

`film = render.load("configs/slope.yaml")`, then `film.recording`, `film.save("slope.gif")`, or
`film` alone in a notebook; `render.batch(["configs"])` makes many; `render.record(model, …)` films
a training loop of your own. Importing this imports nothing heavy: each function imports what it
needs.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if sys.version_info < (3, 11):  # noqa: UP036
    # Before anything is imported that an older Python can't read.
    old = "descent-film needs Python 3.11 or newer; this is {}.{} ({})"
    old = old.format(*sys.version_info[:2], sys.executable)
    if sys.argv[:1] == ["-m"]:  # so it stands while `python -m render` imports its package
        sys.exit(old)
    raise ImportError(old)

from render.errors import ConfigError, RenderError

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Executor
    from typing import Never, Unpack

    from render.api.film import Film
    from render.api.options import FilmChanges, Sections, Sets
    from render.api.record import RecordedRun, Recorder
    from render.api.recorded_film import Like, Plane
    from render.config.spec import Spec
    from render.jobs.outcome import Outcome

__version__ = "1.0.0"
__all__ = [
    "ConfigError",
    "Film",
    "RenderError",
    "__version__",
    "batch",
    "from_checkpoints",
    "lightning",
    "load",
    "race",
    "record",
    "recorded",
]


def load(
    config: str | os.PathLike[str] | Mapping[str, Any],
    sets: Sets | Sequence[Sets] = (),
    *,
    size: Sequence[int] | str | None = None,
    fps: int | None = None,
    theme: str | os.PathLike[str] | None = None,
    seed: int | None = None,
    frames: Sequence[int] | str | None = None,
    target: str | None = None,
    draft: bool = False,
    cache: bool = True,
    **sections: Unpack[Sections],
) -> Film:
    """The film of a config. Nothing is trained or drawn yet. Raises ConfigError.

    `config` is a file, or a mapping with the same keys, whose files are those of the current
    folder. `sections` are keys of a config, too: `optimizer="adam"` replaces that section.
    `sets` changes keys ("optimizer.lr=0.3" or {"optimizer.lr": 0.3}), after the other options,
    which are those of the command line; `target` is its `--for`. With `cache=False` the cache is
    neither read nor written.

    >>> film = render.load("configs/slope.yaml", {"optimizer.lr": 0.3}, size=(640, 360))
    >>> film.spec.optimizer.lr
    0.3
    >>> render.load({"optimizer": "adam", "film": {"duration": 4}})
    <Film film: film, 120 frames, 4 s, 1280×720>
    """
    from render.jobs.surroundings import check_surroundings

    check_surroundings()
    from render.api.film import open_film

    changes = {"size": size, "fps": fps, "theme": theme, "seed": seed, "frames": frames}
    return open_film(config, sets, target=target, draft=draft, cache=cache, **changes, **sections)


def batch(
    configs: Sequence[str | os.PathLike[str] | Mapping[str, Any] | Spec],
    executor: Executor | None = None,
    out: str | os.PathLike[str] = "outputs",
    *,
    formats: Sequence[str] = (),
    sets: Sets | Sequence[Sets] = (),
    workers: int | None = None,
    fail_fast: bool = False,
    **unknown: Never,
) -> list[Outcome]:
    """Make the films of configs (paths, folders, mappings, or loaded specs) and wait for them.

    Returns an outcome for each, in their order: `.result()` returns its report or raises its
    error, as a future's does; `.error` is that error's message or None, `.word` is made,
    unchanged, failed or stopped. Raises ConfigError, before anything is made, for a config or a
    file that is impossible.

    `executor` is any concurrent.futures.Executor, also one of other machines: a film is a task,
    and its files are written here. Without one there are `workers` processes, one for each core
    if not given. `formats` replaces the configs' outputs, `sets` changes keys
    ("optimizer.lr=0.3" or {"optimizer.lr": 0.3}), and `fail_fast` stops all films when one fails.
    """
    from render.jobs.surroundings import check_surroundings

    check_surroundings()
    from render.api.batch import run_batch

    return run_batch(configs, executor, out, formats, sets, workers, fail_fast, unknown)


def record(
    model: Any,
    loss_fn: Any,
    data: Any,
    *,
    optimizer: Any = None,
    validation: Any = None,
    snapshots: int = 400,
) -> Recorder:
    """Record a training loop of your own. Raises RenderError for what can't be filmed.

    ```python
    with render.record(model, loss_fn, data, optimizer=optimizer) as recorder:
        for x, y in loader:
            loss = loss_fn(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            recorder.step(loss)  # after the update, with the loss before it
    recorder.film(title="Two moons").save("moons.mp4")
    ```

    `model` is any torch.nn.Module; `loss_fn(model(x), y)` is a mean over points; `data`, over which
    all losses of the film are computed, and `validation` are (X, Y), a Dataset or a DataLoader. Of
    a DataLoader an epoch is one pass; of other data epochs are counted only where each step took
    all of them. `optimizer`, of torch, tells the learning rates. At most `snapshots` are kept,
    evenly spaced, the first and the last too; beyond 256 MB they are in a temporary file.

    The loop goes on whatever happens here: an error of the recording is raised by
    `recorder.film`. `recorder.save("run.npz")` keeps what was recorded.
    """
    from render.api import record as api

    return api.record(
        model, loss_fn, data, optimizer=optimizer, validation=validation, snapshots=snapshots
    )


def recorded(
    file: str | os.PathLike[str], model: Any, loss_fn: Any, data: Any, *, validation: Any = None
) -> RecordedRun:
    """The run in a file that `recorder.save` wrote, for `.film()`. Raises RenderError.

    `model`, `loss_fn` and `data` are as `record` has them; the model's own weights don't matter,
    but for those that aren't trained.
    """
    from render.api import record as api

    return api.recorded(file, model, loss_fn, data, validation=validation)


def from_checkpoints(
    checkpoints: Sequence[Any], model: Any, loss_fn: Any, data: Any, *, validation: Any = None
) -> RecordedRun:
    """The run whose snapshots are state dicts, or files with one, for `.film()`.

    The first is the start. Files are read without running any code. Raises RenderError for one
    that can't be read or is of another model.
    """
    from render.api import record as api

    return api.from_checkpoints(checkpoints, model, loss_fn, data, validation=validation)


def race(
    recorders: Mapping[str, RecordedRun],
    plane: Plane | None = None,
    *,
    like: Like = None,
    grid: int | None = None,
    centre: str | None = None,
    normalize: str | None = None,
    duration: float | None = None,
    **options: Unpack[FilmChanges],
) -> Film:
    """The film of several recorded runs, on one plane through the weights of all of them.

    `render.race({"SGD": one, "Adam": other})`; the options are those of `recorder.film`. The models
    have the same parameters, and the same loss at the same weights. With
    `film={"runs": "grid"}` each has its own plane. Raises RenderError.
    """
    from render.api import record as api

    own = {"grid": grid, "centre": centre, "normalize": normalize, "duration": duration}
    return api.race(recorders, plane, like, own, options)


def __getattr__(name: str) -> Any:
    """`render.Film` and `render.lightning` without importing them first."""
    if name == "Film":
        return importlib.import_module("render.api.film").Film
    if name == "lightning":
        return importlib.import_module("render.lightning")
    raise AttributeError(f"module 'render' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
