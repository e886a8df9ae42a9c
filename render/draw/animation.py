"""Matplotlib's FuncAnimation, which drives every film, and a writer that passes frames on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self

import matplotlib as mpl
from matplotlib.animation import AbstractMovieWriter, FFMpegBase, FuncAnimation

from render.draw.stage import Stage
from render.draw.style import DPI, house_style
from render.errors import ConfigError
from render.recording import Pixels
from render.timeline.plan import Moment, Timeline

MAX_DPI = 10_000


def draw_frames(
    stage: Stage, moments: Iterable[Moment], fps: int, take: Callable[[Pixels], None]
) -> None:
    """Draw the frame of each moment, and pass its pixels on; the next frame overwrites them."""
    film = FuncAnimation(**_driven(stage, moments, fps))
    film.save("film", writer=FrameWriter(stage, fps, take))


def animation(stage: Stage, timeline: Timeline) -> FuncAnimation:
    """The film as an animation that Matplotlib can save, play, or show in a notebook."""
    return FuncAnimation(**_driven(stage, timeline.moments, timeline.fps))


def styled_animation(
    stage: Stage,
    timeline: Timeline,
    resized: Callable[[tuple[int, int]], StyledAnimation],
    ffmpeg: Callable[[], str],
) -> StyledAnimation:
    """The same for Matplotlib's own writers.

    `resized(size_px)` is the animation in another size, `ffmpeg()` is the path of an ffmpeg
    program, for a computer where Matplotlib finds none.
    """
    return StyledAnimation(
        stage.size_px, resized, ffmpeg, **_driven(stage, timeline.moments, timeline.fps)
    )


def _driven(stage: Stage, moments: Iterable[Moment], fps: int) -> dict[str, Any]:
    return {
        "fig": stage.figure,
        "func": stage.draw,
        "frames": moments,
        "init_func": list,
        "interval": 1000 / fps,
        "repeat": False,
        "cache_frame_data": False,
    }


class StyledAnimation(FuncAnimation):
    """Saves in the house's style: Matplotlib's own writers draw the whole figure again."""

    def __init__(
        self,
        size_px: tuple[int, int],
        resized: Callable[[tuple[int, int]], StyledAnimation],
        ffmpeg: Callable[[], str],
        **driven: Any,
    ) -> None:
        self._size_px, self._resized, self._ffmpeg = size_px, resized, ffmpeg
        super().__init__(**driven)

    def save(
        self,
        filename: Any,
        writer: Any = None,
        fps: Any = None,
        dpi: float | str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """As Matplotlib's own, with the writer, codec and rate of the user's settings.

        Without `dpi` the pictures have the film's pixels, which are 72 to an inch. With another
        one the film is laid out anew for as many, rounded to even numbers: drawn on the same
        panels its text would lie elsewhere. Raises ConfigError for a size that no film can have,
        and EncodeError for a writer that needs ffmpeg where there is none.

        Other threads can draw none of our frames meanwhile: the writers change Matplotlib's
        settings too, for as long as they write.
        """
        self._draw_was_started = True  # else Matplotlib warns where this one is never drawn
        if (size_px := self._pixels(dpi)) != self._size_px:
            self._resized(size_px).save(filename, writer, fps, None, *args, **kwargs)
            return
        with self._found(mpl.rcParams["animation.writer"] if writer is None else writer):
            super().save(filename, writer, fps, DPI, *args, **kwargs)

    def _pixels(self, dpi: float | str | None) -> tuple[int, int]:
        """Width and height at that resolution. Raises ConfigError."""
        if dpi is None or dpi in ("figure", DPI):
            return self._size_px
        if isinstance(dpi, str | bool) or not 0 < dpi < MAX_DPI:
            raise ConfigError(
                f"dpi={dpi!r}: expected dots per inch, like {DPI} for the film's size"
            )
        width, height = (2 * round(side * dpi / DPI / 2) for side in self._size_px)
        return width, height

    def to_html5_video(self, *args: Any, **kwargs: Any) -> str:
        """As Matplotlib's own, an HTML player of an MP4. Raises EncodeError without ffmpeg."""
        with self._found(mpl.rcParams["animation.writer"]):
            return str(super().to_html5_video(*args, **kwargs))

    def _found(self, writer: Any) -> AbstractContextManager[None]:
        """The house's style, in which a writer that needs ffmpeg finds one."""
        named = isinstance(writer, str) and writer.startswith("ffmpeg")
        if not (named or isinstance(writer, FFMpegBase)):
            return house_style()
        if shutil.which(mpl.rcParams["animation.ffmpeg_path"]):
            return house_style()
        return house_style({"animation.ffmpeg_path": self._ffmpeg()})


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
