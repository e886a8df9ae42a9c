"""Stages that stay set up: the next frame of the same film costs only its drawing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from weakref import WeakKeyDictionary

from render.config.when import When
from render.draw.plan import FilmPlan
from render.draw.style import house_style
from render.encode.base import Pixels

MAX_WARM = 3  # films: a stage of 1280×720 takes about 20 MB


class WarmStage:
    """A film's stage, which any thread may ask for the picture of a time."""

    def __init__(self, plan: FilmPlan) -> None:
        self.plan = plan
        self._lock = threading.Lock()
        with house_style():
            self._stage = plan.stage()

    def picture(self, when: When) -> Pixels:
        """The frame of a time, RGBA (height, width, 4). Raises RenderError."""
        (moment,) = self.plan.stills(when)
        with self._lock, house_style():
            return self._stage.picture(moment)


class WarmStages:
    """The stages of the last few films; a film that nobody holds any longer lets go of its own."""

    def __init__(self, limit: int = MAX_WARM) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._stages: WeakKeyDictionary[object, WarmStage] = WeakKeyDictionary()

    def of(self, film: object, plan: Callable[[], FilmPlan]) -> WarmStage:
        """The stage of a film, which is set up if it isn't warm."""
        with self._lock:
            stage = self._stages.pop(film, None) or WarmStage(plan())
            self._stages[film] = stage  # the last one used is the last one to go
            while len(self._stages) > self._limit:
                del self._stages[next(iter(self._stages))]
            return stage


WARM = WarmStages()
