"""The frames of a film in memory, and how long it took to draw them.

Three hundred frames of 1280×720 are 1.1 GB. Stored are the first one and, of every other,
the pixels that change. They are put together again in one buffer, in 0.1 ms a frame.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from render import pipeline
from render.config.spec import Spec
from render.encode.base import FilmInfo, Frame
from render.recording import Pixels
from tests.draw.stages import stage_of

Changes = tuple[npt.NDArray[np.int32], npt.NDArray[np.uint32]]  # which pixels, their colours


class Frames:
    """The frames of a film with a still camera, exactly as they were drawn."""

    def __init__(self, pictures: Iterable[Pixels]) -> None:
        self._first: Pixels | None = None
        self._changes: list[Changes] = []
        shown = np.zeros(0, np.uint32)
        for pixels in pictures:
            now = pixels.view(np.uint32).reshape(-1)
            if self._first is None:
                self._first, shown = pixels.copy(), now.copy()
                continue
            at = np.flatnonzero(now != shown).astype(np.int32)
            self._changes.append((at, now[at]))
            shown[at] = now[at]

    def __len__(self) -> int:
        return len(self._changes) + (self._first is not None)

    def __iter__(self) -> Iterator[Pixels]:
        """Every frame in turn, in one buffer that the next one overwrites."""
        if self._first is None:
            return
        buffer = self._first.copy()
        flat = buffer.view(np.uint32).reshape(-1)
        yield buffer
        for at, colours in self._changes:
            flat[at] = colours
            yield buffer

    @property
    def differing(self) -> int:
        """How many frames are not the same as the one before."""
        return len(self) - sum(not len(at) for at, _ in self._changes)

    def spread(self, count: int) -> Sequence[Pixels]:
        """Copies of so many frames, the first and the last among them."""
        picks = set(np.rint(np.linspace(0, len(self) - 1, min(count, len(self)))).astype(int))
        return [pixels.copy() for i, pixels in enumerate(self) if i in picks]


@dataclass(frozen=True)
class DrawnFilm:
    """The frames of a film, what an encoder needs to know about them, and what they cost."""

    frames: Frames
    info: FilmInfo
    training_s: float  # data, training, landscape, verdict
    setup_s: float  # the stage and its first frame, still layer included
    drawing_s: float  # all frames but the first

    def __iter__(self) -> Iterator[Frame]:
        for index, pixels in enumerate(self.frames):
            yield Frame(index, index / self.info.fps, pixels)


def draw_film(spec: Spec, keep: bool = True) -> DrawnFilm:
    """Train and draw a film without encoding it; `keep` its frames, or only the times."""
    from render.draw.style import house_style

    started_s = time.perf_counter()
    runs = pipeline.learn(spec)
    training_s = time.perf_counter() - started_s
    with house_style():
        started_s = time.perf_counter()
        stage, timeline = stage_of(spec, runs)
        stage.draw(timeline.moments[0])
        setup_s = time.perf_counter() - started_s
        drawing_s = 0.0

        def drawn() -> Iterator[Pixels]:
            nonlocal drawing_s
            yield stage.canvas.pixels()
            for moment in timeline.moments[1:]:
                started_s = time.perf_counter()
                stage.draw(moment)
                pixels = stage.canvas.pixels()
                drawing_s += time.perf_counter() - started_s
                if keep:
                    yield pixels

        frames = Frames(drawn())
    colours = stage.context.theme.colours(len(runs))
    pictures = frames.spread(6)  # as many as the GIF's palette is made from
    info = FilmInfo(
        spec.title, spec.film.size, timeline.fps, len(timeline), colours, lambda count: pictures
    )
    return DrawnFilm(frames, info, training_s, setup_s, drawing_s)


def drawing_s(spec: Spec, processes: int) -> float:
    """Seconds in which so many processes draw all frames of a film, their start included."""
    from render.draw.plan import compose, plan_film
    from render.encode.frame_workers import drawing_frames

    plan = plan_film(compose(spec), pipeline.learn(spec))
    stage, timeline = plan.stage(), plan.timeline
    stage.draw(timeline.moments[0])
    started_s = time.perf_counter()
    with drawing_frames(stage, timeline, processes) as draw:
        draw(lambda pixels: None)
    return time.perf_counter() - started_s
