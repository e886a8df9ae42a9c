"""All that a film's pictures depend on: composition, runs, pacing, captions, cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from render.config.dump import config_hash
from render.config.panels import unfit_panels, without_unfit
from render.config.scene_file import compose as compose_scene
from render.config.spec import Spec
from render.config.theme import Theme, load_theme
from render.config.when import STOPS, When
from render.draw.matplotlib_import import import_matplotlib
from render.errors import RenderError
from render.recording import Array
from render.results import Run
from render.scene import Scene, captioned
from render.timeline.camera import Camera, CameraAt, camera_path
from render.timeline.plan import Timeline, Timing, timing
from render.timeline.plan import plan as plan_timeline
from render.timeline.resolve import seconds, stills
from render.timeline.stops import Stop, StopPlan, stop_plan
from render.timeline.story import not_kept

if TYPE_CHECKING:
    from render.cells import Arrangement
    from render.draw.context import Context
    from render.draw.prints import Prints
    from render.draw.stage import Stage


@dataclass(frozen=True)
class Composition:
    """A film as its config describes it, before anything is trained."""

    spec: Spec
    scene: Scene
    theme: Theme
    config_hash: str


def compose(spec: Spec) -> Composition:
    """Compose a film: run the scene's file and read the theme.

    Raises RenderError, also for a panel that can't draw the runs.
    """
    theme, scene = load_theme(spec.film.theme, spec.path.parent), compose_scene(spec)
    if fault := next(iter(unfit_panels(scene, spec).values()), None):
        raise RenderError(fault)
    scene = without_unfit(scene, spec)
    return Composition(spec, scene, theme, config_hash(spec))


@dataclass(frozen=True)
class FilmPlan:
    """A film whose runs are known: everything that its pictures depend on."""

    composition: Composition
    runs: tuple[Run, ...]
    timing: Timing

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """What is told of captions that are never seen, and of labels that replace nothing."""
        from render.draw.vocabulary import label_remarks

        return (*self.timing.remarks, *label_remarks(self.spec))

    @property
    def spec(self) -> Spec:
        """The film's config."""
        return self.composition.spec

    @cached_property
    def camera_at(self) -> CameraAt:
        """The cameras at times (M,) in seconds: the config's, else one that sees the runs."""
        from render.draw.surface.viewpoint import viewpoint

        film = self.spec.film
        return camera_path(
            film.camera,
            viewpoint(film.camera, self.runs, self.timing.clock, self._turned),
            lambda at: min(seconds(at, **self._resolving), film.last_s),
            film.duration,
        )

    def _turned(self, ticks: Array) -> Array:
        """How far an orbit has turned, in degrees, at ticks (M,); at the last one, in the end."""
        film, reached = self.spec.film, self.timing.pacing.reached_s
        if not film.camera.orbit or film.camera.keyframes:
            return np.zeros(len(ticks))
        times_s = np.interp(ticks, np.arange(len(reached)), reached)
        times_s = np.where(ticks < len(reached) - 1, times_s, film.last_s)
        path = camera_path(film.camera, Camera(0.0, 0.0), lambda at: 0.0, film.duration)
        return np.array([camera.azim for camera in path(times_s)])

    @cached_property
    def whole_film(self) -> Timeline:
        """The moments of all frames, even if the config asks for only a part of them."""
        return plan_timeline(self.timing.pacing, self.spec.film, self.camera_at)

    @cached_property
    def unheld(self) -> Timeline:
        """The moments of the frames that the config asks for, each once."""
        frames = self.spec.film.frames
        return self.whole_film if frames is None else self.whole_film.part(*frames)

    @cached_property
    def timeline(self) -> Timeline:
        """The same as the files have them: held at the stops, where the config asks for that."""
        order = self.stop_plan.order
        return self.unheld if len(order) == len(self.unheld) else self.unheld.ordered(order)

    @cached_property
    def stop_plan(self) -> StopPlan:
        """The stops, and the times with their holds. Raises RenderError for impossible ones."""
        return stop_plan(self.spec, self.runs, self.timing)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """Where the film stops: first its start, last its end."""
        return self.stop_plan.stops

    def stills(self, when: When) -> Timeline:
        """The moment of a time, or of each step or stop. Raises RenderError for a time that is
        not reached."""
        if when == STOPS:
            return self.unheld.ordered([stop.moment for stop in self.stops])
        times_s = stills(when, **self._resolving)
        return plan_timeline(self.timing.pacing, self.spec.film, self.camera_at, times_s)

    def still_remarks(self, when: When) -> tuple[str, ...]:
        """What is told of a still at a step whose snapshot is not kept."""
        shown = self.timing.clock.kept(when, self.runs[0].recording)
        return () if shown is None else (not_kept(when, shown),)

    @property
    def _resolving(self) -> dict[str, Any]:
        """What the times of the config refer to: the first run and the pacing."""
        return {
            "pacing": self.timing.pacing,
            "clock": self.timing.clock,
            "recording": self.runs[0].recording,
            "length_s": self.spec.film.last_s,
            "converged": self.runs[0].verdict.since,
        }

    @property
    def scene(self) -> Scene:
        """The film's scene, with a place for captions if it has any."""
        scene = self.composition.scene
        return captioned(scene) if self.timing.captions else scene

    def arrangement(self) -> Arrangement:
        """Which panels the film's frames have, by the letters of its scene, and where."""
        from render.draw.stage import arrangement

        return arrangement(self.context, self.scene, self.spec.film.size)

    def stage(self, prints: Prints | None = None) -> Stage:
        """The panels of the film, ready to be drawn; with the prints of earlier stages, sooner."""
        import_matplotlib()
        from render.draw.prints import NO_PRINTS
        from render.draw.stage import Stage

        size, cameras = self.spec.film.size, self.whole_film.cameras
        return Stage(
            self.context, self.scene, size, cameras, NO_PRINTS if prints is None else prints
        )

    @cached_property
    def context(self) -> Context:
        """The context of the panels."""
        from render.draw.context import Context

        theme, timing = self.composition.theme, self.timing
        return Context(self.spec, self.runs, timing.clock, theme, timing.captions)


def plan_film(composition: Composition, runs: Sequence[Run]) -> FilmPlan:
    """Decide when each step is shown and where the captions are."""
    spec = composition.spec
    return FilmPlan(composition, tuple(runs), timing(spec, runs, composition.scene.beats))
