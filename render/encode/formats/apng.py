"""Animated PNG: of each frame the rectangle that changed.

ffmpeg's encoder takes a third of the film's time in addition, since it tries every way to
blend a frame. Here a pixel that doesn't change is written as a transparent one, which takes
next to no bytes; where the film can be transparent itself, the rectangle is replaced as a
whole.
"""

from __future__ import annotations

import contextlib
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, BinaryIO, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from render.config.options import Count
from render.encode import containers, metadata
from render.encode.base import Encoder, FilmInfo, Frame
from render.encode.frame_queue import FrameQueue
from render.encode.pipe import CountedEncoder
from render.encode.resample import BROWSER_FPS, BrowserFps, ResampledFormat, resizer
from render.errors import EncodeError
from render.recording import Pixels

LEVEL = 6  # of zlib: 9 takes three times as long for 2 % less
SOURCE, OVER = 0, 1  # a rectangle replaces what is there, or is blended over it
Packed = npt.NDArray[np.uint32]  # (height, width): RGBA in one number


class ApngEncoder(Encoder):
    """Writes each picture as it comes; memory doesn't depend on the length of the film."""

    def __init__(self, path: Path, film: FilmInfo, format_: ResampledFormat, plays: int) -> None:
        size_px, picks = format_.size_px(film), format_.picks(film)
        self._path, self._size_px, self._picks = path, size_px, frozenset(picks)
        self._durations_s = _durations(film, picks, format_.rate(film))
        self._resize = resizer(film.size_px, size_px, film.clear)
        self._blend = SOURCE if film.clear else OVER
        self._counted = CountedEncoder(film)
        self._count = self._sequence = 0
        self._last: Packed | None = None
        with _disk_errors():
            self._file: BinaryIO = path.open("wb")
            self._file.write(containers.PNG_SIGNATURE)
        width, height = size_px
        self._put(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
        for key, text in metadata.labelled(film.title, film.about).items():
            self._put(b"iTXt", key.encode() + b"\0\0\0\0\0" + text.replace("\0", " ").encode())
        self._put(b"acTL", struct.pack(">II", len(picks), plays))
        self._queue = FrameQueue(self._add)

    def write(self, frame: Frame) -> None:
        self._counted.admit(frame)
        if frame.index in self._picks:
            self._queue.put(frame.rgba)

    def close(self) -> None:
        try:
            self._counted.finish()
            self._queue.finish()
            self._put(b"IEND", b"")
            with _disk_errors():
                self._file.close()
            containers.check(self._path, containers.png, self._size_px, len(self._picks))
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        if self._queue.stop():
            with contextlib.suppress(OSError):
                self._file.close()

    def _add(self, pixels: Pixels) -> None:
        """Write a picture: control chunk and data of the rectangle that changed."""
        now = np.ascontiguousarray(self._resize(pixels)).view("<u4")[..., 0]
        top, bottom, left, right = _changed(now, self._last)
        part = now[top:bottom, left:right]
        if self._last is not None and self._blend == OVER:
            part = np.where(part == self._last[top:bottom, left:right], np.uint32(0), part)
        delay = self._durations_s[self._count]
        size = right - left, bottom - top
        control = (*size, left, top, delay.numerator, delay.denominator, 0, self._blend)
        self._put(b"fcTL", struct.pack(">IIIIIHHBB", self._next(), *control))
        data = zlib.compress(_rows(part), LEVEL)
        if self._count == 0:
            self._put(b"IDAT", data)
        else:
            self._put(b"fdAT", struct.pack(">I", self._next()) + data)
        self._count += 1
        self._last = now.copy()

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence - 1

    def _put(self, name: bytes, content: bytes) -> None:
        check = zlib.crc32(content, zlib.crc32(name))
        with _disk_errors():
            self._file.write(struct.pack(">I", len(content)) + name + content)
            self._file.write(struct.pack(">I", check))


def _durations(film: FilmInfo, picks: Sequence[int], fps: int) -> list[Fraction]:
    """How long each picture is shown, in seconds; the last one to the end of the film."""
    count, each = len(picks), Fraction(1, fps)
    return [each] * (count - 1) + [Fraction(film.frames, film.fps) - (count - 1) * each]


def _changed(now: Packed, last: Packed | None) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of the pixels that changed; of one pixel if none did."""
    if last is None:
        return 0, now.shape[0], 0, now.shape[1]
    differs = now != last
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 1, 0, 1
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _rows(part: Packed) -> bytes:
    """The rows as PNG has them, each after the number of its filter: 0, none."""
    height, width = part.shape
    rows = np.zeros((height, 1 + 4 * width), np.uint8)
    rows[:, 1:] = np.ascontiguousarray(part).view(np.uint8).reshape(height, -1)
    return rows.tobytes()


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    """Raise EncodeError for an OSError within."""
    try:
        yield
    except OSError as error:
        raise EncodeError(f"can't write the picture: {error.strerror or error}") from error


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
