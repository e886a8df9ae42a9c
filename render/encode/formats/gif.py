"""An animated picture for pages that take no video: frames in, a .gif out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from render.config.options import Count, Integer
from render.encode.base import Clip, Encoder, FrameFormat, Pixels
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.indexing import Indexing
from render.encode.palette import palette
from render.encode.piped import Piped
from render.encode.resize import resizer
from render.errors import EncodeError

Side = Annotated[Integer, Field(ge=16, le=4096)]
FASTEST_FPS = 50  # browsers slow down anything shown for less than 2 hundredths of a second
SAMPLES = 6  # frames that the palette is made from
TRANSPARENT = 255  # the index that ffmpeg puts where a pixel stays as it is


@dataclass(frozen=True)
class Gif(FrameFormat):
    """Animated GIF: one palette for the whole film, no dither, still pixels stay still."""

    suffix: ClassVar[str] = ".gif"

    size: Annotated[
        Literal["auto"] | tuple[Side, Side],
        Field(description="width and height in pixels; auto: the film's"),
    ] = "auto"
    fps: Annotated[
        Literal["auto"] | Annotated[Integer, Field(ge=1, le=FASTEST_FPS)],
        Field(description="frames per second, at most the film's; auto: the film's, up to 50"),
    ] = "auto"
    loop: Annotated[
        Literal["forever", "once"] | Annotated[Count, Field(le=65_535)],
        Field(description="how often it plays: forever, once or a number"),
    ] = "forever"

    def open(self, path: Path, clip: Clip) -> Encoder:
        width, height = size_px = self._size_px(clip)
        fps, picks = self._fps(clip), self._picks(clip)
        resize = resizer(clip.size_px, size_px)
        found = palette([resize(f) for f in clip.sample(SAMPLES)], clip.colours, size=TRANSPARENT)
        indexing, entries = Indexing(found), _entries(found)
        last_cs = _hundredths(clip.frames, clip.fps) - _hundredths(len(picks) - 1, fps)

        def pack(pixels: Pixels) -> Iterable[memoryview]:
            yield indexing(resize(pixels)).data
            yield entries

        # fmt: off
        arguments = [
            "-f", "rawvideo", "-pix_fmt", "pal8", "-video_size", f"{width}x{height}",
            "-framerate", str(fps), "-i", "pipe:0", "-fps_mode", "passthrough",
            "-c:v", "gif", "-map_metadata", "-1", "-loop", str(self._repeats()),
            "-final_delay", str(last_cs),
            "-f", "gif", url(path),
        ]
        # fmt: on
        return Piped(Ffmpeg(arguments), path, clip, pack, frozenset(picks))

    def describe(self, clip: Clip) -> dict[str, Any]:
        return {
            "size": list(self._size_px(clip)),
            "fps": self._fps(clip),
            "frames": len(self._picks(clip)),
            "duration": clip.duration_s,
        }

    def refuse(self, size_px: tuple[int, int], fps: int) -> str | None:
        if self.size == "auto":
            return None
        (width, height), (film_width, film_height) = self.size, size_px
        fitting = round(width * film_height / film_width)
        if abs(height - fitting) <= 1:
            return None
        return (
            f"a gif of {width}×{height} would distort a film of {film_width}×{film_height};"
            f" its height must be {fitting}"
        )

    def _size_px(self, clip: Clip) -> tuple[int, int]:
        if (reason := self.refuse(clip.size_px, clip.fps)) is not None:
            raise EncodeError(reason)
        return clip.size_px if self.size == "auto" else self.size

    def _fps(self, clip: Clip) -> int:
        return min(clip.fps, FASTEST_FPS if self.fps == "auto" else self.fps)

    def _picks(self, clip: Clip) -> list[int]:
        """The film's frames to show: at each time the newest there is, at the end the last.

        What is left of a frame's time after the last whole one lengthens the end, so that no
        delay is under 2 hundredths and all of them sum to the film's duration.
        """
        fps = self._fps(clip)
        count = max(1, clip.frames * fps // clip.fps)
        return [*(i * clip.fps // fps for i in range(count - 1)), clip.frames - 1]

    def _repeats(self) -> int:
        """What ffmpeg's -loop wants: 0 forever, -1 none, else how often after the first time."""
        if self.loop == "forever":
            return 0
        plays = 1 if self.loop == "once" else self.loop
        return plays - 1 if plays > 1 else -1


def _hundredths(frames: int, fps: int) -> int:
    """When a frame starts, in hundredths of a second, rounded the way ffmpeg does it."""
    return (200 * frames + fps) // (2 * fps)


def _entries(colours: npt.NDArray[np.uint8]) -> memoryview:
    """The palette as pal8 carries it behind each frame: 256 times 0xAARRGGBB, one transparent."""
    red, green, blue = colours.astype(np.uint32).T
    entries = np.full(256, 0xFF << 24, dtype=np.uint32)
    entries[: len(colours)] |= red << 16 | green << 8 | blue
    entries[TRANSPARENT] = 0
    return entries.data.cast("B")
