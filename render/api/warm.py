"""Stages that stay set up: the next frame of the same film costs only its drawing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

from render.config.when import When
from render.draw.plan import FilmPlan
from render.recording import Pixels

MAX_WARM = 3  # films: a stage of 1280×720 takes about 20 MB


class WarmStage:
    """A film's stage, which any thread may ask for the picture of a time."""

    def __init__(self, plan: FilmPlan) -> None:
        self.plan = plan
        self._stage = plan.stage()

    def picture(self, when: When) -> Pixels:
        """The frame of a time, RGBA (height, width, 4). Raises RenderError."""
        (moment,) = self.plan.stills(when)
        return self._stage.picture(moment)


class WarmStages:
    """The stages of the films that were asked for last; a deleted film releases its own."""

    def __init__(self, limit: int = MAX_WARM) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._stages: WeakKeyDictionary[object, WarmStage] = WeakKeyDictionary()

    def of(self, film: object, plan: Callable[[], FilmPlan]) -> WarmStage:
        """The stage of a film, which is set up if it isn't warm.

        Set up without the lock, as that waits for other threads that draw: of two threads that
        ask for a new film at the same time, the second one uses the stage of the first.
        """
        with self._lock:
            warm = self._stages.get(film)
        stage = warm or WarmStage(plan())
        with self._lock:
            stage = self._stages.pop(film, stage)
            self._stages[film] = stage  # the last one used is the last one to go
            while len(self._stages) > self._limit:
                del self._stages[next(iter(self._stages))]
        return stage


WARM = WarmStages()
