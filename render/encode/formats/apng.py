"""Animated PNG: of each frame the rectangle that changed.

ffmpeg's encoder takes a third of the film's time in addition, since it tries every way to
blend a frame. Here a pixel that doesn't change is written as a transparent one, which takes
next to no bytes; where the film can be transparent itself, the rectangle is replaced as a
whole.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from render.config.options import Count
from render.encode import containers, metadata
from render.encode.base import Encoder, FilmInfo
from render.encode.rectangles import Packed, RectangleEncoder
from render.encode.resample import BROWSER_FPS, BrowserFps, ResampledFormat

LEVEL = 6  # of zlib: 9 takes three times as long for 2 % less
SOURCE, OVER = 0, 1  # a rectangle replaces what is there, or is blended over it


class ApngEncoder(RectangleEncoder):
    """Writes the chunks of each picture."""

    def __init__(self, path: Path, film: FilmInfo, format_: ResampledFormat, plays: int) -> None:
        self._about, self._plays = metadata.labelled(film.title, film.about), plays
        self._blend = SOURCE if film.clear else OVER
        self._sequence = 0
        super().__init__(path, film, format_, containers.png)

    def _begin(self) -> None:
        self._file.write(containers.PNG_SIGNATURE)
        width, height = self._size_px
        self._put(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
        for key, text in self._about.items():
            self._put(b"iTXt", key.encode() + b"\0\0\0\0\0" + text.replace("\0", " ").encode())
        self._put(b"acTL", struct.pack(">II", len(self._picked), self._plays))

    def _add(self, part: Packed, left: int, top: int) -> None:
        """Write control chunk and data of the rectangle; of one pixel if none changed."""
        if not part.size:
            assert self._last is not None
            part = np.where(self._keeps, np.uint32(0), self._last[:1, :1])
        delay = self._begins_s(self._count + 1) - self._begins_s(self._count)
        height, width = part.shape
        control = (width, height, left, top, delay.numerator, delay.denominator, 0, self._blend)
        self._put(b"fcTL", struct.pack(">IIIIIHHBB", self._next(), *control))
        data = zlib.compress(_rows(part), LEVEL)
        if self._count == 0:
            self._put(b"IDAT", data)
        else:
            self._put(b"fdAT", struct.pack(">I", self._next()) + data)

    def _end(self) -> None:
        self._put(b"IEND", b"")

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    def _put(self, name: bytes, content: bytes) -> None:
        check = zlib.crc32(content, zlib.crc32(name))
        self._file.write(struct.pack(">I", len(content)) + name + content)
        self._file.write(struct.pack(">I", check))


def _rows(part: Packed) -> bytes:
    """The rows as PNG has them, each after the number of its filter: 0, none."""
    height, width = part.shape
    rows = np.zeros((height, 1 + 4 * width), np.uint8)
    rows[:, 1:] = np.ascontiguousarray(part).view(np.uint8).reshape(height, -1)
    return rows.tobytes()


@dataclass(frozen=True)
class ApngFormat(ResampledFormat):
    """Animated PNG: every pixel as drawn, transparency; larger than WebP, read by more programs."""

    # Browsers take both; `.png` is the poster's, and would not show that it is animated.
    suffix: ClassVar[str] = ".apng"
    alpha: ClassVar[bool] = True
    max_fps: ClassVar[int] = BROWSER_FPS

    fps: BrowserFps = "auto"
    loop: Annotated[
        Literal["forever", "once"] | Annotated[Count, Field(le=65_535)],
        Field(description="how often it plays: forever, once or a number"),
    ] = "forever"

    def open(self, path: Path, film: FilmInfo) -> Encoder:
        plays = {"forever": 0, "once": 1}.get(str(self.loop), self.loop)
        return ApngEncoder(path, film, self, int(plays))
