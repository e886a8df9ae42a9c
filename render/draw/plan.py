"""All that a film's pictures depend on: composition, runs, pacing, captions, cameras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from render.config.dump import config_hash
from render.config.scene_file import compose as compose_scene
from render.config.spec import Spec
from render.config.theme import Theme, load_theme
from render.config.when import STOPS, When
from render.results import Run
from render.scene import Scene, captioned
from render.timeline.camera import CameraAt, camera_path
from render.timeline.plan import Timeline, Timing, timing
from render.timeline.plan import plan as plan_timeline
from render.timeline.resolve import seconds, stills
from render.timeline.stops import Stop, StopPlan, stop_plan

if TYPE_CHECKING:
    from render.draw.context import Context
    from render.draw.stage import Stage


@dataclass(frozen=True)
class Composition:
    """A film as its config describes it, before anything is trained."""

    spec: Spec
    scene: Scene
    theme: Theme
    config_hash: str


def compose(spec: Spec) -> Composition:
    """Compose a film: run the scene's file and read the theme. Raises RenderError."""
    theme = load_theme(spec.film.theme, spec.path.parent)
    return Composition(spec, compose_scene(spec), theme, config_hash(spec))


@dataclass(frozen=True)
class FilmPlan:
    """A film whose runs are known: everything that its pictures depend on."""

    composition: Composition
    runs: tuple[Run, ...]
    timing: Timing

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
            viewpoint(film.camera, self.runs, self.timing.clock),
            lambda at: min(seconds(at, **self._resolving), film.last_s),
            film.duration,
        )

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

    def stage(self) -> Stage:
        """The panels of the film, ready to be drawn."""
        from render.draw.stage import Stage

        scene = self.composition.scene
        scene = captioned(scene) if self.timing.captions else scene
        return Stage(self.context, scene, self.spec.film.size, self.whole_film.cameras)

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
