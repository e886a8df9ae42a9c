"""The writer of animated PNG: frames in, of each the rectangle that changed, compressed, out.

ffmpeg's own takes a third of the film's time again, trying every way to blend a frame. Here a
pixel that stays is written as a clear one, which costs next to nothing; where the film itself
can be clear, the rectangle is replaced whole.
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
from render.encode import metadata
from render.encode.base import Encoder, FilmInfo, Frame
from render.encode.frame_queue import FrameQueue
from render.encode.pipe import CountedEncoder
from render.encode.resample import ResampledFormat, resizer
from render.errors import EncodeError
from render.recording import Pixels

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LEVEL = 6  # of zlib: 9 takes three times as long for 2 % less
SOURCE, OVER = 0, 1  # how a rectangle is laid on what is there
Packed = npt.NDArray[np.uint32]  # (height, width): RGBA in one number


class AnimatedPng(Encoder):
    """Writes each picture as it comes; memory stays the same whatever the film's length."""

    def __init__(self, path: Path, clip: FilmInfo, kind: ResampledFormat, plays: int) -> None:
        size_px, picks = kind.size_px(clip), kind.picks(clip)
        self._picks = frozenset(picks)
        self._shown_s = _durations(clip, picks, kind.rate(clip))
        self._resize = resizer(clip.size_px, size_px, clip.clear)
        self._blend = SOURCE if clip.clear else OVER
        self._counted = CountedEncoder(clip)
        self._made = self._number = 0
        self._shown: Packed | None = None
        with _told():
            self._file: BinaryIO = path.open("wb")
            self._file.write(SIGNATURE)
        width, height = size_px
        self._put(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))
        for key, text in metadata.labelled(clip.title, clip.about).items():
            self._put(b"iTXt", key.encode() + b"\0\0\0\0\0" + text.replace("\0", " ").encode())
        self._put(b"acTL", struct.pack(">II", len(picks), plays))
        self._conveyor = FrameQueue(self._add)

    def write(self, frame: Frame) -> None:
        self._counted.admit(frame)
        if frame.index in self._picks:
            self._conveyor.put(frame.rgba)

    def close(self) -> None:
        try:
            self._counted.finish()
            self._conveyor.finish()
            self._put(b"IEND", b"")
            with _told():
                self._file.close()
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        if self._conveyor.stop():
            with contextlib.suppress(OSError):
                self._file.close()

    def _add(self, pixels: Pixels) -> None:
        """Write a picture: control chunk and data of the rectangle that changed."""
        now = np.ascontiguousarray(self._resize(pixels)).view("<u4")[..., 0]
        top, bottom, left, right = _changed(now, self._shown)
        part = now[top:bottom, left:right]
        if self._shown is not None and self._blend == OVER:
            part = np.where(part == self._shown[top:bottom, left:right], np.uint32(0), part)
        delay = self._shown_s[self._made]
        size = right - left, bottom - top
        control = (*size, left, top, delay.numerator, delay.denominator, 0, self._blend)
        self._put(b"fcTL", struct.pack(">IIIIIHHBB", self._next(), *control))
        data = zlib.compress(_rows(part), LEVEL)
        if self._made == 0:
            self._put(b"IDAT", data)
        else:
            self._put(b"fdAT", struct.pack(">I", self._next()) + data)
        self._made += 1
        self._shown = now.copy()

    def _next(self) -> int:
        self._number += 1
        return self._number - 1

    def _put(self, name: bytes, content: bytes) -> None:
        check = zlib.crc32(content, zlib.crc32(name))
        with _told():
            self._file.write(struct.pack(">I", len(content)) + name + content)
            self._file.write(struct.pack(">I", check))


def _durations(clip: FilmInfo, picks: Sequence[int], fps: int) -> list[Fraction]:
    """How long each picture is shown: the next one's time less its own, the last to the end."""
    count, each = len(picks), Fraction(1, fps)
    return [each] * (count - 1) + [Fraction(clip.frames, clip.fps) - (count - 1) * each]


def _changed(now: Packed, shown: Packed | None) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of what is another; one pixel where nothing is."""
    if shown is None:
        return 0, now.shape[0], 0, now.shape[1]
    differs = now != shown
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 1, 0, 1
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _rows(part: Packed) -> bytes:
    """PNG's rows, each after the number of its filter: none, 0."""
    height, width = part.shape
    rows = np.zeros((height, 1 + 4 * width), np.uint8)
    rows[:, 1:] = np.ascontiguousarray(part).view(np.uint8).reshape(height, -1)
    return rows.tobytes()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What the disk refuses, in our words."""
    try:
        yield
    except OSError as error:
        raise EncodeError(f"can't write the picture: {error.strerror or error}") from error


@dataclass(frozen=True)
class ApngFormat(ResampledFormat):
    """Animated PNG: every pixel as drawn, transparency; larger than WebP, and known to more."""

    # Browsers take both; `.png` would be the poster's, and tell nobody that it moves.
    suffix: ClassVar[str] = ".apng"
    alpha: ClassVar[bool] = True

    loop: Annotated[
        Literal["forever", "once"] | Annotated[Count, Field(le=65_535)],
        Field(description="how often it plays: forever, once or a number"),
    ] = "forever"

    def open(self, path: Path, clip: FilmInfo) -> Encoder:
        plays = {"forever": 0, "once": 1}.get(str(self.loop), self.loop)
        return AnimatedPng(path, clip, self, int(plays))
