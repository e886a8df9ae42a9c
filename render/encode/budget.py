"""Frames in, a file of no more than so many bytes out, with as little given up as that takes.

The film is drawn once: its pictures are kept for as many tries as it takes.
"""

from __future__ import annotations

import math
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from render.encode.base import Encoder, FilmInfo, Frame, Reduced
from render.encode.resample import ResampledFormat, resizer
from render.errors import EncodeError
from render.recording import Pixels

COLOURS = (128, 64)
RATES = (20, 15, 12, 10)  # frames per second
SIZES = (0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25)  # of its width
NARROWEST_PX = 160


@dataclass(frozen=True)
class Reduction:
    """What a file is made with."""

    size_px: tuple[int, int]
    fps: int
    colours: int

    def __str__(self) -> str:
        width, height = self.size_px
        return f"{width}×{height} at {self.fps} fps in {self.colours} colours"

    def given_up(self, first: Reduction) -> str:
        """What it has less of than the first."""
        pairs = (
            (f"{self.colours} colours", f"{first.colours}", self.colours != first.colours),
            (f"{self.fps} fps", f"{first.fps}", self.fps != first.fps),
            (_sized(self), _sized(first), self.size_px != first.size_px),
        )
        return ", ".join(f"{now} instead of {was}" for now, was, other in pairs if other)


def _sized(step: Reduction) -> str:
    return "×".join(map(str, step.size_px))


def steps(first: Reduction) -> tuple[Reduction, ...]:
    """The first and all that may follow, each with less than the one before."""
    return tuple(_steps(first))


def _steps(now: Reduction) -> Iterator[Reduction]:
    yield now
    (width, height) = now.size_px
    for colours in COLOURS:
        if colours < now.colours:
            yield (now := replace(now, colours=colours))
    for fps in RATES:
        if fps < now.fps:
            yield (now := replace(now, fps=fps))
    for part in SIZES:
        narrow = round(width * part)
        if narrow >= NARROWEST_PX:
            yield (now := replace(now, size_px=(narrow, round(narrow * height / width))))


def weight(step: Reduction) -> float:
    """How large its file is compared to those of others, roughly: measured on our films."""
    width, _ = step.size_px
    return math.log2(step.colours) ** 0.6 * step.fps**0.65 * width**1.2


def next_try(ladder: tuple[Reduction, ...], made: Mapping[int, int], most: int) -> int | None:
    """Which step to make next, given the bytes of those that were; None if the best is known.

    The first that should fit, judged by the nearest one made. The last if even that doesn't:
    then there is none.
    """
    low = max((i for i, size in made.items() if size > most), default=-1)
    high = min((i for i, size in made.items() if size <= most), default=len(ladder))
    between = range(low + 1, high)
    for i in between:
        near = min(made, key=lambda j: abs(j - i), default=i)
        if made.get(near, 0) * weight(ladder[i]) / weight(ladder[near]) <= most:
            return i
    return between[-1] if between else None


LEVEL = 1  # of zlib: pictures are read as often as written, and gone soon
Rows = npt.NDArray[np.uint8]  # (height, width · 4)


class FrameStore:
    """A film's pictures in a file without a name, gone with this object or its process.

    Of each the rows that differ from the last picture are kept, exclusive-ored with it:
    nothing but zeros where they are the same. Memory is that of two pictures.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 — closed by `close`
        except OSError as error:
            raise _refused(error) from error
        self._last: Rows | None = None
        self._shape = (0, 0, 0)
        self._places: list[tuple[int, int, int]] = []  # bytes, first row, rows

    def add(self, pixels: Pixels) -> None:
        """Keep another picture, of the same size as the others. Raises EncodeError."""
        rows = pixels.reshape(pixels.shape[0], -1)
        if self._last is None:
            self._last, self._shape = np.zeros_like(rows), pixels.shape
        changed = np.flatnonzero((rows.view("<u4") != self._last.view("<u4")).any(axis=1))
        first, last = (int(changed[0]), int(changed[-1]) + 1) if len(changed) else (0, 0)
        data = zlib.compress((rows[first:last] ^ self._last[first:last]).tobytes(), LEVEL)
        try:
            self._file.write(data)
        except OSError as error:
            raise _refused(error) from error
        self._places.append((len(data), first, last - first))
        self._last[first:last] = rows[first:last]

    def __iter__(self) -> Iterator[Pixels]:
        """The pictures in order, each overwritten by the next."""
        rows = np.zeros((self._shape[0], self._shape[1] * self._shape[2]), np.uint8)
        self._file.seek(0)
        for size, first, count in self._places:
            data = zlib.decompress(self._file.read(size))
            changes = np.frombuffer(data, np.uint8).reshape(count, rows.shape[1])
            rows[first : first + count] ^= changes
            yield rows.reshape(self._shape)

    def close(self) -> None:
        """Forget them."""
        self._file.close()


def _refused(error: OSError) -> EncodeError:
    return EncodeError(f"can't keep the frames for a second try: {error.strerror or error}")


SAMPLES = 6  # as many as a palette is made from


class BudgetEncoder(Encoder):
    """Makes the file as asked while the film is drawn, and smaller ones until one fits."""

    def __init__(
        self,
        path: Path,
        clip: FilmInfo,
        first: Reduction,
        most_bytes: int,
        lowered: Callable[[Reduction], ResampledFormat],
    ) -> None:
        self._path, self._most, self._format = path, most_bytes, lowered
        self._ladder = steps(first)
        self._resize = resizer(clip.size_px, first.size_px, clip.clear)
        sampled = [self._resize(pixels).copy() for pixels in clip.sample(SAMPLES)]
        self._seen = replace(clip, size_px=first.size_px, sample=lambda count: sampled)
        self._kept = FrameStore(path.parent)
        self._encoder = self._format(first).open(path, self._seen)

    def write(self, frame: Frame) -> None:
        pixels = self._resize(frame.rgba)
        self._encoder.write(replace(frame, rgba=pixels))
        self._kept.add(pixels)

    def close(self) -> None:
        try:
            self._encoder.close()
            self._fit()
            self._kept.close()
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        self._encoder.abort()
        self._kept.close()

    def _fit(self) -> None:
        """Leave the best file that fits. Raises EncodeError when there is none."""
        made, fitting = {0: self._bytes()}, b""
        while (i := next_try(self._ladder, made, self._most)) is not None:
            self._make(self._ladder[i])
            made[i] = self._bytes()
            if made[i] <= self._most:
                fitting = self._path.read_bytes()
        best = min((i for i, size in made.items() if size <= self._most), default=None)
        if best is None:
            raise EncodeError(self._too_large(min(made.values())))
        if best > 0:
            self._path.write_bytes(fitting)
            self._told(self._ladder[best])

    def _make(self, step: Reduction) -> None:
        """Make the file once more, from the pictures kept."""
        self._encoder = self._format(step).open(self._path, self._seen)
        for index, pixels in enumerate(self._kept):
            self._encoder.write(Frame(index, index / self._seen.fps, pixels))
        self._encoder.close()

    def _bytes(self) -> int:
        return self._path.stat().st_size

    def _told(self, step: Reduction) -> None:
        given_up = step.given_up(self._ladder[0])
        told = f"{given_up}, to fit into {_mb(self._most)}"
        self.lowered = Reduced(told, self._format(step).describe(self._seen))

    def _too_large(self, smallest: int) -> str:
        return (
            f"can't fit into max_mb, {_mb(self._most)}: the smallest,"
            f" {self._ladder[-1]}, has {_mb(smallest)}; make the film shorter or the budget larger"
        )


def _mb(count: int) -> str:
    """Bytes as millions of them."""
    return f"{count / 1e6:.2f} MB" if count >= 1e4 else f"{count / 1e6:.4f} MB"
