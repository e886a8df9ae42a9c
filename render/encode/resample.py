"""Resizes the frames of a film, and picks some of them for a lower rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from render import registry
from render.config.options import Integer
from render.encode.base import FilmInfo, FrameFormat
from render.errors import EncodeError
from render.recording import Pixels


def resizer(
    source_px: tuple[int, int], target_px: tuple[int, int], clear: bool = False
) -> Callable[[Pixels], Pixels]:
    """A function that resizes frames (height, width, 4); sizes are (width, height).

    For equal sizes it returns the frame itself. Each pixel depends only on its neighbourhood, so
    what doesn't move in the film doesn't move in the smaller one, and an area of one colour keeps
    exactly that colour. `clear`: there are transparent pixels.
    """
    if source_px == target_px:
        return lambda pixels: pixels
    from PIL import Image

    # Hamming reduces as sharply as Lanczos to the eye, in half the time (8 ms from 720p to
    # 450p) and without halos around text, which would also cost palette entries.
    smaller = target_px < source_px
    kernel = Image.Resampling.HAMMING if smaller else Image.Resampling.LANCZOS

    def resize(pixels: Pixels) -> Pixels:
        # RGBX: four independent channels. RGBA multiplies by alpha and divides again, which takes
        # twice as long. It is needed so that transparent pixels don't change colours beside them.
        mode = "RGBA" if clear else "RGBX"
        image = Image.frombuffer(mode, source_px, pixels, "raw", mode, 0, 1)
        return np.asarray(image.resize(target_px, kernel))

    return resize


# Browsers show a picture of 10 ms or less for 100 ms. Files have whole milliseconds, or are read
# so: at 90 each has 11 or 12, at 91 some have 10.
BROWSER_FPS = 90
BrowserFps = Annotated[
    Literal["auto"] | Annotated[Integer, Field(ge=1, le=BROWSER_FPS)],
    Field(
        description="frames per second, at most the film's; auto: the film's, up to"
        f" {BROWSER_FPS}: browsers slow down faster ones"
    ),
]
Side = Annotated[Integer, Field(ge=16, le=4096)]


@dataclass(frozen=True)
class ResampledFormat(FrameFormat):
    """A format whose file may be smaller and slower than the film."""

    max_fps: ClassVar[int] = 120
    even: ClassVar[bool] = False  # whether its width and height must be even

    size: Annotated[
        Literal["auto"] | tuple[Side, Side],
        Field(description="width and height in pixels; auto: the film's"),
    ] = "auto"
    fps: Annotated[
        Literal["auto"] | Annotated[Integer, Field(ge=1, le=120)],
        Field(description="frames per second, at most the film's; auto: the film's"),
    ] = "auto"

    def describe(self, film: FilmInfo) -> dict[str, Any]:
        return {
            "size": list(self.size_px(film)),
            "fps": self.rate(film),
            "frames": len(self.picks(film)),
            "duration": film.duration_s,
        }

    def refuse(self, size_px: tuple[int, int], fps: int) -> str | None:
        if self.size == "auto":
            return None
        (width, height), (film_width, film_height) = self.size, size_px
        kind, fitting = registry.name_of(type(self)), round(width * film_height / film_width)
        if self.even and (width % 2 or height % 2):
            near = fitting + fitting % 2
            even_width = width + width % 2
            return f"{kind} needs even sizes, not {width}×{height}: {even_width}×{near} is even"
        if abs(height - fitting) <= 1:
            return None
        return (
            f"a {kind} of {width}×{height} would distort a film of {film_width}×{film_height};"
            f" its height must be {fitting}"
        )

    def size_px(self, film: FilmInfo) -> tuple[int, int]:
        """Width and height of the file. Raises EncodeError."""
        if (reason := self.refuse(film.size_px, film.fps)) is not None:
            raise EncodeError(reason)
        return film.size_px if self.size == "auto" else self.size

    def rate(self, film: FilmInfo) -> int:
        """Its frames per second."""
        return min(film.fps, self.max_fps if self.fps == "auto" else self.fps)

    def picks(self, film: FilmInfo) -> list[int]:
        """The index of the film's newest frame at the time of each frame; the last is the last.

        If the film's duration isn't a multiple of a frame's, the last frame is shown longer: no
        frame is too short, and all together last as long as the film.
        """
        fps = self.rate(film)
        count = max(1, film.frames * fps // film.fps)
        return [*(i * film.fps // fps for i in range(count - 1)), film.frames - 1]
