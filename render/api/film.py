"""The film of a config as an object: what its runs learn, how it looks, files of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Unpack, cast, overload

from render.api.options import (
    NAMES,
    SECTIONS,
    Change,
    FilmChanges,
    FilmSource,
    Sets,
    as_changes,
    as_json,
    changed,
    check_names,
    file_name,
    flag,
    refusal,
    target_of,
)
from render.cache.store import MemoryStore, Store
from render.config.when import SEVERAL, When, parse_when
from render.config.yaml import MAPPING
from render.draw.matplotlib_import import import_matplotlib
from render.errors import ConfigError, RenderError
from render.recording import own_errstate

if TYPE_CHECKING:
    from render.api.notebook import NotebookView
    from render.config.spec import Spec
    from render.draw.animation import StyledAnimation
    from render.draw.plan import FilmPlan
    from render.pipeline import Progress
    from render.recording import Landscape, Pixels, Recording
    from render.results import Report, Run, Verdict
    from render.timeline.stops import Stop


class Given(Protocol):
    """Runs that were recorded somewhere else: a film of them is drawn, and nothing is trained."""

    def spec(self, loaded: Spec) -> Spec:
        """The film, in whose place a config is loaded that has its options. Raises RenderError."""
        ...

    def refuse(self, function: str, changes: Sequence[Change]) -> None:
        """Raise ConfigError for a change of something that has happened already."""
        ...

    def __call__(self, spec: Spec, store: Store, progress: Progress) -> tuple[Run, ...]:
        """The runs, as `pipeline.learn` returns them. Raises RenderError."""
        ...


LOAD_NAMES = ("sets", "target", "cache")  # options of `render.load` alone


class Film:
    """A film that `render.load` returned. It is trained and drawn when that is first needed.

    >>> film = render.load("configs/slope.yaml")
    >>> film
    <Film slope: Learning the slope, 240 frames, 8 s, 1280×720>
    >>> film.verdict.word
    'converging'
    >>> film.recording.params.shape  # a row for the start and each step, a column for w
    (5, 1)
    """

    def __init__(self, source: FilmSource, store: Store, given: Given | None = None) -> None:
        self._source, self._store, self._given = source, store, given
        self.spec = source.spec() if given is None else given.spec(source.spec())

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """Each run with its `label`, `dataset`, `recording`, `landscape` and `verdict`."""
        from render.pipeline import learn, silent

        with own_errstate():
            return (self._given or learn)(self.spec, self._store, silent)

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
        """The loss around the film's only run; in a race the one around all runs."""
        landscapes = {id(run.landscape): run.landscape for run in self.runs}
        if len(landscapes) == 1:
            return next(iter(landscapes.values()))
        return self._only().landscape

    @property
    def verdict(self) -> Verdict:
        """How the film's only run ended: a `word` and a `sentence`."""
        return self._only().verdict

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Where a presenter pauses, first the start, last the end. Raises RenderError.

        Each has its `frame` and `time_s` in the files of the film, its `step` and its `words`.

        >>> film = render.load("configs/slope.yaml")
        >>> [stop.step for stop in film.stops]
        [0, 0, 1, 2, 3, 4, 4]
        """
        with own_errstate():
            return self._plan().stops

    def but(self, *sets: Sets, **options: Unpack[FilmChanges]) -> Film:
        """The same film with changes, which override earlier ones. Raises ConfigError.

        `options` are size, fps, theme, seed, frames and draft, as `render.load` has them, and
        the keys of a config: `optimizer="adam"` replaces that section. `sets`, which override
        them, change single values: texts KEY=VALUE, or mappings.

        >>> film = render.load("configs/slope.yaml")
        >>> film.but({"optimizer.lr": 0.3}).spec.optimizer.lr
        0.3
        >>> film.but(optimizer={"kind": "adam", "lr": 0.5}).verdict.word
        'converging'
        >>> film.but("optimizer.lr=0.4").verdict.sentence
        'diverged at step 1: lr 0.4 is above the limit of this bowl, 0.3331'
        >>> film.but(size=(640, 360), fps=10, theme="paper")
        <Film slope: Learning the slope, 80 frames, 8 s, 640×360>
        """
        return self._changed("film.but", sets, options)

    def frame(self, time: str | float) -> Pixels:
        """The picture at a time ("50%", "step 3", "end", or seconds), RGBA (height, width, 4).

        >>> render.load("configs/slope.yaml", size=(160, 90)).frame("50%").shape
        (90, 160, 4)
        """
        from render.api.warm import WARM

        with own_errstate():
            return WARM.of(self, self._plan).picture(self._when(time))

    def animation(self) -> StyledAnimation:
        """The film as Matplotlib's FuncAnimation, for any of its writers, or `.to_jshtml()`.

        `film.animation().save("slope.mp4")` uses the ffmpeg that `film.save` uses, unless
        Matplotlib finds another one. Its pictures have the film's size, or with `dpi=144`
        instead of 72 twice as many pixels each way.
        """
        import_matplotlib()
        from render.draw.animation import styled_animation
        from render.encode.ffmpeg import binary

        def resized(size_px: tuple[int, int]) -> StyledAnimation:
            return self.but(size=size_px).animation()

        with own_errstate():
            plan = self._plan()
            return styled_animation(plan.stage(), plan.timeline, resized, binary)

    def save(
        self,
        *files: str | os.PathLike[str],
        progress: Progress = lambda stage, done, total: None,
        **options: Unpack[FilmChanges],
    ) -> Report:
        """Make files in one pass; their suffixes name the formats. At the end all exist, or none.

        Without a name the files are the config's outputs, in outputs/, under the config's name,
        with `-shorts` for a target, `-draft` for a draft, `-frames0-59` for a part of the film:
        none of them replaces the whole one. `options` are those of `but`. Raises ConfigError for
        what is impossible, RenderError for a film that can't be made.

        >>> film = render.load("configs/slope.yaml")
        >>> report = film.save("slope.gif", "slope.csv", size=(320, 180), frames=(0, 19))
        >>> [output.path.name for output in report.outputs]
        ['slope.gif', 'slope.csv']
        """
        if not callable(progress):
            raise refusal("progress", progress, "a function of a stage, how much is done, of what")
        film = self._changed("film.save", (), options, ("progress",))
        return film._written(files, None, progress)

    @overload
    def still(
        self, time: str | float, file: None = None, **options: Unpack[FilmChanges]
    ) -> Pixels: ...

    @overload
    def still(
        self, time: str | float, file: str | os.PathLike[str], **options: Unpack[FilmChanges]
    ) -> Report: ...

    def still(
        self,
        time: str | float,
        file: str | os.PathLike[str] | None = None,
        **options: Unpack[FilmChanges],
    ) -> Report | Pixels:
        """Make a file of the picture of a time, like "step 3"; of "steps" or "stops" one of each.

        Without a file, return the picture, RGBA (height, width, 4). `options` are those of
        `but`. Raises what `save` raises.

        >>> film = render.load("configs/slope.yaml")
        >>> film.still("step 3", size=(160, 90)).shape
        (90, 160, 4)
        """
        film = self._changed("film.still", (), options)
        if file is None:
            if time in [*map(str, SEVERAL)]:
                each = f"give a file, whose name each {str(time)[:-1]}'s has"
                one = 'a picture of one step is film.still("step 3")'
                raise ConfigError(f"time={time!r}: {each}; {one}")
            return film.frame(time)
        at = next((one for one in SEVERAL if time == str(one)), None) or film._when(time)
        return film._written([file], at, lambda stage, done, total: None)

    def __repr__(self) -> str:
        film = self.spec.film
        size, seconds = "×".join(map(str, film.size)), film.frame_count / film.fps
        length = f"{film.frame_count} frames, {seconds:.3g} s"
        return f"<Film {self.spec.name}: {self.spec.plain_title}, {length}, {size}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """What a notebook shows: a small video, or its poster where a video can't be played."""
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

        if self._given is not None:
            return notebook_view(self.spec, self._store, self._given)
        return notebook_view(self.spec, self._store)

    def _plan(self) -> FilmPlan:
        """What the film's pictures depend on. Raises RenderError."""
        from render.draw.plan import compose, plan_film

        return plan_film(compose(self.spec), self.runs)

    def _changed(
        self,
        function: str,
        sets: Sequence[Sets],
        options: FilmChanges,
        others: Sequence[str] = (),  # options of the function that change nothing of the film
    ) -> Film:
        """The film with the options of a function. Raises ConfigError."""
        check_names(function, options, (*NAMES, *others, *SECTIONS))
        changes = (*changed(options, self.spec), *as_changes(sets))
        if not changes:
            return self
        if self._given is not None:
            self._given.refuse(function, changes)
        source = replace(self._source, changes=(*self._source.changes, *changes))
        return Film(source, self._store, self._given)

    def _only(self) -> Run:
        """The run of a film that has one. Raises RenderError."""
        if len(self.runs) == 1:
            return self.runs[0]
        labels = ", ".join(run.label for run in self.runs)
        raise RenderError(
            f"{self.spec.name} has {len(self.runs)} runs ({labels}):"
            " film.recordings has the recording of each, film.runs all that is known of it"
        )

    def _when(self, time: str | float) -> When:
        """A time as `frame` and `still` take it. Raises ConfigError."""
        try:
            at = parse_when(time if isinstance(time, str) else f"{float(time):.9f}s")
        except TypeError:
            raise refusal("time", time, 'seconds, or a text like "50%" or "step 3"') from None
        except ValueError as fault:
            raise ConfigError(f"{time!r}: {fault}") from None
        if at.unit == "s" and at.count > self.spec.film.duration:
            raise ConfigError(f"{time!r}: the film lasts {self.spec.film.duration:g} s")
        return at

    def _written(
        self, files: Sequence[str | os.PathLike[str]], still: When | None, progress: Progress
    ) -> Report:
        from render.cache.films import cached_report
        from render.jobs.outcome import make_film
        from render.jobs.plan import OutputRequest, plan

        named = tuple(file_name("file", file) for file in files)
        request = OutputRequest(
            files=named,
            stills=() if still is None else (still,),
            store=self._store,
            target=self._source.target,
            draft=self._source.is_draft,
            source=self._given,
        )
        (job,) = plan([self.spec], request)
        cached = None
        if job.source is None:
            cached = cached_report(job.spec, job.targets, job.still, job.store)
        return make_film(job, progress) if cached is None else cached


def open_film(
    config: object,
    sets: object = (),
    *,
    target: object = None,
    cache: object = True,
    **options: Any,
) -> Film:
    """The film that `render.load` returns. Raises ConfigError."""
    from render.cache.store import default_store

    check_names("render.load", options, (*LOAD_NAMES, *NAMES, *SECTIONS))
    text = as_json("config", config) if isinstance(config, Mapping) else None
    if not isinstance(config, str | os.PathLike | Mapping):
        raise refusal("config", config, "the name of a config's file, or a mapping of its keys")
    path = MAPPING if text is not None else Path(file_name("config", config))
    draft = flag("draft", options.pop("draft", False))
    store = default_store() if flag("cache", cache) else Store()
    changes = (*changed(cast("FilmChanges", options), None), *as_changes(sets))
    source = FilmSource(path, changes, target_of(target), draft, text)
    return Film(source, MemoryStore.beside(store))
