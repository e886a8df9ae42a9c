"""Matplotlib's FuncAnimation, which drives every film, and a writer that feeds the encoders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import xxhash
from matplotlib.animation import AbstractMovieWriter, FuncAnimation

from render.draw.stage import Stage
from render.draw.style import house_style
from render.encode.base import Encoder, FilmInfo, Frame, FrameFormat, Reduced
from render.timeline.plan import Timeline


def encode_frames(
    stage: Stage,
    timeline: Timeline,
    info: FilmInfo,
    files: Sequence[tuple[FrameFormat, Path]],
    progress: Callable[[str, int, int], None],
) -> tuple[str, dict[Path, Reduced]]:
    """Draw every frame once, into all of the files.

    Returns the hash of the raw frames, and which files were reduced, by part file.
    """
    encoders: list[Encoder] = []
    try:
        for format_, path in files:
            encoders.append(format_.open(path, info))
        writer = EncoderWriter(stage, timeline, encoders, progress)
        animation(stage, timeline).save(info.title, writer=writer)
        for encoder in encoders:
            encoder.close()
    except BaseException:
        for encoder in encoders:
            encoder.abort()
        raise
    paths = [path for _, path in files]
    reduced = {
        path: encoder.lowered
        for encoder, path in zip(encoders, paths, strict=True)
        if encoder.lowered is not None
    }
    return writer.hash.hexdigest(), reduced


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


class EncoderWriter(AbstractMovieWriter):
    """Hands each finished frame to every encoder, straight from the canvas: nothing is redrawn."""

    def __init__(
        self,
        stage: Stage,
        timeline: Timeline,
        encoders: Sequence[Encoder],
        progress: Callable[[str, int, int], None],
    ) -> None:
        super().__init__(fps=timeline.fps)
        self.stage, self.timeline, self.encoders, self.progress = (
            stage,
            timeline,
            encoders,
            progress,
        )
        self.done = 0
        self.hash = xxhash.xxh3_128()  # of the raw frames

    def setup(self, fig: Any, outfile: str | Path, dpi: float | None = None) -> None:
        self.done = 0

    @contextmanager
    def saving(self, fig: Any, outfile: str | Path, dpi: float | None, *_: Any) -> Iterator[Self]:
        """Around all frames. Matplotlib's own changes its settings for all threads meanwhile,
        and gives all of them back as they were before, in another thread's frame perhaps."""
        self.setup(fig, outfile, dpi)
        yield self
        self.finish()

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        pixels = self.stage.canvas.pixels()
        frame = Frame(self.done, self.done / self.timeline.fps, pixels)
        self.hash.update(pixels.data)
        for encoder in self.encoders:
            encoder.write(frame)
        self.done += 1
        self.progress("frames", self.done, len(self.timeline))

    def finish(self) -> None:
        """Nothing: `encode_frames` closes the encoders when all frames are written."""
