"""A config in, its film as an object out: what it learnt, how it looks, files of it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from render.cache.store import MemoryStore, Store
from render.config.layers import ROUGH_FPS, rough_px
from render.config.load import load
from render.config.spec import Spec
from render.config.when import EVERY, When, parse_when
from render.errors import ConfigError, RenderError

if TYPE_CHECKING:
    from render.api.notebook import NotebookView
    from render.draw.animation import StyledAnimation
    from render.draw.plan import FilmPlan
    from render.encode.base import Pixels
    from render.recording import Landscape, Recording
    from render.results import Report, Run, Verdict


TYPED = ("--set ", "--for ", "--still ", "-o ")  # what the command line says before a fault


@dataclass(frozen=True)
class FilmSource:
    """Where a film comes from, so that it can be loaded again with other options."""

    path: Path
    sets: tuple[str, ...]
    options: Mapping[str, str]

    def spec(self) -> Spec:
        """Load it. Raises ConfigError."""
        with in_python():
            return load(self.path, self.sets, self.options)


@contextmanager
def in_python() -> Iterator[None]:
    """Faults without the option of the command line that they would be about there."""
    try:
        yield
    except RenderError as error:
        text = str(error)
        found = next((typed for typed in TYPED if text.startswith(typed)), None)
        if found is None:
            raise
        plain = text.removeprefix(found)
        if isinstance(error, ConfigError):
            raise ConfigError(plain, error.problems) from None
        raise RenderError(plain) from None


PAIR = re.compile("([0-9]+)[x×-]([0-9]+)")


@dataclass(frozen=True)
class Overrides:
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


Progress = Callable[[str, int, int], None]  # stage, done, total


class Film:
    """A film that `render.load` returned. Nothing is learnt or drawn before it is asked for.

    >>> film = render.load("configs/slope.yaml")
    >>> film
    <Film slope: Learning the slope, 240 frames, 8 s, 1280×720>
    >>> film.verdict.word
    'converging'
    >>> film.recording.params.shape  # a row for the start and each step, a column for w
    (5, 1)
    """

    def __init__(self, source: FilmSource, store: Store) -> None:
        self._source, self._store = source, store
        self.spec = source.spec()

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Each run with its `label`, `dataset`, `recording`, `landscape` and `verdict`."""
        from render.pipeline import learn

        with np.errstate(over="ignore", invalid="ignore"):
            return learn(self.spec, self._store)

    @property
    def recordings(self) -> tuple[Recording, ...]:
        """What each run recorded, in the order of the config; `.run` is its label."""
        return tuple(run.recording for run in self.runs)

    @property
    def recording(self) -> Recording:
        """What the film's only run recorded, as NumPy arrays: `params` (T+1, P), `loss` (T+1,) …

        >>> film = render.load("configs/slope.yaml")
        >>> [round(w, 3) for w in film.recording.params[:, 0].tolist()]
        [-10.0, -5.794, -4.112, -3.441, -3.172]
        >>> film.recording.to_pandas().columns.tolist()
        ['run', 'step', 'epoch', 'loss', 'batch_loss', 'lr', 'w', 'grad_w']
        """
        return self._only().recording

    @property
    def landscape(self) -> Landscape:
        """The loss around the film's only run; in a race around all of them."""
        own = {id(run.landscape): run.landscape for run in self.runs}
        return next(iter(own.values())) if len(own) == 1 else self._only().landscape

    @property
    def verdict(self) -> Verdict:
        """How the film's only run ended: a `word` and a `sentence`."""
        return self._only().verdict

    def but(self, *sets: str, **options: Any) -> Film:
        """The same film with changes, which have the last word over what was changed before.

        >>> film = render.load("configs/slope.yaml")
        >>> film.but("optimizer.lr=0.4").verdict.sentence
        'diverged at step 1: lr 0.4 is above 2/λmax = 0.3331'
        >>> film.but(size=(640, 360), fps=10, theme="paper")
        <Film slope: Learning the slope, 80 frames, 8 s, 640×360>
        """
        changed = Overrides(**options).over(self.spec)
        source = replace(self._source, sets=(*self._source.sets, *changed, *sets))
        return Film(source, self._store)

    def frame(self, time: str | float) -> Pixels:
        """The picture at a time ("50%", "step 3", "end", or seconds), RGBA (height, width, 4).

        >>> render.load("configs/slope.yaml", size=(160, 90)).frame("50%").shape
        (90, 160, 4)
        """
        from render.api.warm import WARM

        with in_python(), np.errstate(over="ignore", invalid="ignore"):
            return WARM.of(self, self._plan).picture(self._when(time))

    def animation(self) -> StyledAnimation:
        """The film as Matplotlib's FuncAnimation, for any of its writers, or `.to_jshtml()`."""
        from render.draw.animation import styled_animation
        from render.draw.style import house_style

        with np.errstate(over="ignore", invalid="ignore"), house_style():
            plan = self._plan()
            return styled_animation(plan.stage(), plan.timeline)

    def save(
        self,
        *files: str | os.PathLike[str],
        progress: Progress = lambda stage, done, total: None,
        **options: Any,
    ) -> Report:
        """Make files in one pass, as their suffixes say; all of them appear at the end, or none.

        Without a name, what the config says, in outputs/. `options` are those of `but`.

        >>> film = render.load("configs/slope.yaml")
        >>> report = film.save("slope.gif", "slope.csv", size=(320, 180), frames=(0, 19))
        >>> [output.path.name for output in report.outputs]
        ['slope.gif', 'slope.csv']
        """
        film = self.but(**options) if options else self
        return film._made(files, None, progress)

    def still(self, time: str | float, file: str | os.PathLike[str], **options: Any) -> Report:
        """Make one picture of a time, "step 3" for example; of "steps" one of each step."""
        film = self.but(**options) if options else self
        at = EVERY if time == str(EVERY) else film._when(time)
        return film._made([file], at, lambda stage, done, total: None)

    def __repr__(self) -> str:
        film = self.spec.film
        size, seconds = "×".join(map(str, film.size)), film.frame_count / film.fps
        length = f"{film.frame_count} frames, {seconds:.3g} s"
        return f"<Film {self.spec.name}: {self.spec.title}, {length}, {size}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """What a notebook shows: a small video, its poster for whoever can't play it."""
        try:
            bundle = self._shown.bundle
        except RenderError as error:
            return {"text/plain": f"{self!r}\n{error}"}
        return {"text/plain": repr(self), **bundle}

    def _repr_html_(self) -> str:
        return self._shown.html

    @cached_property
    def _shown(self) -> NotebookView:
        from render.api.notebook import notebook_view

        return notebook_view(self.spec, self._store)

    def _plan(self) -> FilmPlan:
        """What the film's pictures depend on. Raises RenderError."""
        from render.draw.plan import compose, plan_film

        return plan_film(compose(self.spec), self.runs)

    def _only(self) -> Run:
        """The run of a film that has one. Raises RenderError."""
        if len(self.runs) == 1:
            return self.runs[0]
        labels = ", ".join(run.label for run in self.runs)
        raise RenderError(
            f"{self.spec.name} has {len(self.runs)} runs ({labels}):"
            " film.recordings are theirs, and film.runs has all of each"
        )

    def _when(self, time: str | float) -> When:
        """The time that is meant. Raises ConfigError."""
        try:
            found = parse_when(time if isinstance(time, str) else f"{float(time):.9f}s")
        except ValueError as fault:
            raise ConfigError(f"{time!r}: {fault}") from None
        if found.unit == "s" and found.count > self.spec.film.duration:
            raise ConfigError(f"{time!r}: the film lasts {self.spec.film.duration:g} s")
        return found

    def _made(
        self, files: Sequence[str | os.PathLike[str]], still: When | None, progress: Progress
    ) -> Report:
        from render.cache.films import cached_report
        from render.jobs.outcome import make_film
        from render.jobs.plan import OutputRequest, plan

        with in_python():
            named = tuple(os.fspath(file) for file in files)
            (job,) = plan([self.spec], OutputRequest(files=named, still=still, store=self._store))
            found = cached_report(job.spec, job.targets, job.still, job.store)
            return make_film(job, progress) if found is None else found


def open_film(
    config: str | os.PathLike[str],
    sets: Sequence[str] = (),
    *,
    target: str | None = None,
    draft: bool = False,
    cache: bool = True,
    **options: Any,
) -> Film:
    """What `render.load` does."""
    from render.cache.store import default_store
    from render.config.layers import ROUGH

    first: dict[str, str] = {} if target is None else {"for": target}
    first |= {ROUGH: ""} if draft else {}
    path = Path(config)
    if isinstance(sets, str):
        sets = [sets]
    source = FilmSource(path, (*Overrides(**options).over(None), *sets), first)
    return Film(source, MemoryStore.beside(default_store() if cache else Store()))
