"""Matplotlib's FuncAnimation, which drives every film, and a writer that passes frames on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from matplotlib.animation import AbstractMovieWriter, FuncAnimation

from render.draw.stage import Stage
from render.draw.style import house_style
from render.recording import Pixels
from render.timeline.plan import Timeline


def draw_frames(stage: Stage, timeline: Timeline, take: Callable[[Pixels], None]) -> None:
    """Draw every frame once, in order, and pass its pixels on; the next frame overwrites them."""
    animation(stage, timeline).save("film", writer=FrameWriter(stage, timeline.fps, take))


def animation(stage: Stage, timeline: Timeline) -> FuncAnimation:
    """The film as an animation that Matplotlib can save, play, or show in a notebook."""
    return FuncAnimation(**_driven(stage, timeline))


def styled_animation(stage: Stage, timeline: Timeline) -> StyledAnimation:
    """The same for Matplotlib's own writers."""
    return StyledAnimation(**_driven(stage, timeline))


def _driven(stage: Stage, timeline: Timeline) -> dict[str, Any]:
    return {
        "fig": stage.figure,
        "func": stage.draw,
        "frames": timeline.moments,
        "init_func": list,
        "interval": 1000 / timeline.fps,
        "repeat": False,
        "cache_frame_data": False,
    }


class StyledAnimation(FuncAnimation):
    """Saves in the house's style: Matplotlib's own writers draw the whole figure again."""

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Matplotlib's own, with the writer, codec and rate of the user's settings.

        Other threads can draw none of our frames meanwhile: the writers change Matplotlib's
        settings too, for as long as they write.
        """
        with house_style():
            super().save(*args, **kwargs)


class FrameWriter(AbstractMovieWriter):
    """Passes each finished frame on, straight from the canvas: nothing is drawn again."""

    def __init__(self, stage: Stage, fps: int, take: Callable[[Pixels], None]) -> None:
        super().__init__(fps=fps)
        self.stage, self.take = stage, take

    def setup(self, fig: Any, outfile: str | Path, dpi: float | None = None) -> None:
        """Do nothing: the files are opened by the one who takes the frames."""

    @contextmanager
    def saving(self, fig: Any, outfile: str | Path, dpi: float | None, *_: Any) -> Iterator[Self]:
        """Around all frames. Matplotlib's own changes its settings for all threads meanwhile,
        and gives all of them back as they were before, in another thread's frame perhaps."""
        self.setup(fig, outfile, dpi)
        yield self
        self.finish()

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        self.take(self.stage.canvas.pixels())

    def finish(self) -> None:
        """Do nothing: the files are closed by the one who opened them, after all frames."""
