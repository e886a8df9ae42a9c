"""Makes a file within a limit of bytes: colours, rate and size are reduced until it fits.

The film is drawn once; its frames are stored for the later attempts.
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
SIZES = (0.85, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25)  # of the width
MIN_WIDTH_PX = 160


@dataclass(frozen=True)
class Quality:
    """The colours, rate and size of a file."""

    size_px: tuple[int, int]
    fps: int
    colours: int

    def __str__(self) -> str:
        width, height = self.size_px
        return f"{width}×{height} at {self.fps} fps in {self.colours} colours"

    def reduction_from(self, first: Quality) -> str:
        """What is reduced from the first quality, in words."""
        pairs = (
            (f"{self.colours} colours", f"{first.colours}", self.colours != first.colours),
            (f"{self.fps} fps", f"{first.fps}", self.fps != first.fps),
            (_size_text(self), _size_text(first), self.size_px != first.size_px),
        )
        return ", ".join(f"{now} instead of {was}" for now, was, other in pairs if other)


def _size_text(step: Quality) -> str:
    return "×".join(map(str, step.size_px))


def steps(first: Quality) -> tuple[Quality, ...]:
    """The first quality and those that may be tried after it, each lower than the one before."""
    return tuple(_steps(first))


def _steps(now: Quality) -> Iterator[Quality]:
    yield now
    (width, height) = now.size_px
    for colours in COLOURS:
        if colours < now.colours:
            yield (now := replace(now, colours=colours))
    for fps in RATES:
        if fps < now.fps:
            yield (now := replace(now, fps=fps))
    for part in SIZES:
        smaller = round(width * part)
        if smaller >= MIN_WIDTH_PX:
            yield (now := replace(now, size_px=(smaller, round(smaller * height / width))))


def relative_bytes(step: Quality) -> float:
    """The expected size of its file relative to other qualities: a rough fit to our films."""
    width, _ = step.size_px
    return math.log2(step.colours) ** 0.6 * step.fps**0.65 * width**1.2


def next_step(ladder: tuple[Quality, ...], made: Mapping[int, int], max_bytes: int) -> int | None:
    """The step to make next, given the bytes of the steps made; None if the best is known.

    It is the first that should fit, estimated from the nearest step made, or else the last.
    """
    low = max((i for i, size in made.items() if size > max_bytes), default=-1)
    high = min((i for i, size in made.items() if size <= max_bytes), default=len(ladder))
    between = range(low + 1, high)
    for i in between:
        near = min(made, key=lambda j: abs(j - i), default=i)
        if (
            made.get(near, 0) * relative_bytes(ladder[i]) / relative_bytes(ladder[near])
            <= max_bytes
        ):
            return i
    return between[-1] if between else None


LEVEL = 1  # of zlib: fast, since the frames are kept only for a short time
Rows = npt.NDArray[np.uint8]  # (height, width · 4)


class FrameStore:
    """The frames of a film in a temporary file, which is removed with this object or its process.

    Of each frame only the rows are stored that differ from the frame before, as the exclusive
    or of both: zeros where they are equal. Two frames are in memory.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 — closed by `close`
        except OSError as error:
            raise _cannot_store(error) from error
        self._last: Rows | None = None
        self._shape = (0, 0, 0)
        self._places: list[tuple[int, int, int]] = []  # bytes, first row, rows

    def add(self, pixels: Pixels) -> None:
        """Store another frame, of the same size as the others. Raises EncodeError."""
        rows = pixels.reshape(pixels.shape[0], -1)
        if self._last is None:
            self._last, self._shape = np.zeros_like(rows), pixels.shape
        changed = np.flatnonzero((rows.view("<u4") != self._last.view("<u4")).any(axis=1))
        first, last = (int(changed[0]), int(changed[-1]) + 1) if len(changed) else (0, 0)
        data = zlib.compress((rows[first:last] ^ self._last[first:last]).tobytes(), LEVEL)
        try:
            self._file.write(data)
        except OSError as error:
            raise _cannot_store(error) from error
        self._places.append((len(data), first, last - first))
        self._last[first:last] = rows[first:last]

    def __iter__(self) -> Iterator[Pixels]:
        """The frames in order, each overwritten by the next."""
        rows = np.zeros((self._shape[0], self._shape[1] * self._shape[2]), np.uint8)
        self._file.seek(0)
        for size, first, count in self._places:
            data = zlib.decompress(self._file.read(size))
            changes = np.frombuffer(data, np.uint8).reshape(count, rows.shape[1])
            rows[first : first + count] ^= changes
            yield rows.reshape(self._shape)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


def _cannot_store(error: OSError) -> EncodeError:
    return EncodeError(f"can't store the frames for a second attempt: {error.strerror or error}")


SAMPLES = 6  # frames from which a palette is made


class BudgetEncoder(Encoder):
    """Makes the file as requested while the film is drawn, then smaller ones until one fits."""

    def __init__(
        self,
        path: Path,
        film: FilmInfo,
        first: Quality,
        max_bytes: int,
        with_quality: Callable[[Quality], ResampledFormat],
    ) -> None:
        self._path, self._max_bytes, self._format = path, max_bytes, with_quality
        self._ladder = steps(first)
        self._resize = resizer(film.size_px, first.size_px, film.clear)
        sampled = [self._resize(pixels).copy() for pixels in film.sample(SAMPLES)]
        self._film = replace(film, size_px=first.size_px, sample=lambda count: sampled)
        self._store = FrameStore(path.parent)
        self._encoder = self._format(first).open(path, self._film)

    def write(self, frame: Frame) -> None:
        pixels = self._resize(frame.rgba)
        self._encoder.write(replace(frame, rgba=pixels))
        self._store.add(pixels)

    def close(self) -> None:
        try:
            self._encoder.close()
            self._fit()
            self._store.close()
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        self._encoder.abort()
        self._store.close()

    def _fit(self) -> None:
        """Leave the best file that fits. Raises EncodeError when there is none."""
        made, best_file = {0: self._bytes()}, b""
        while (i := next_step(self._ladder, made, self._max_bytes)) is not None:
            self._make(self._ladder[i])
            made[i] = self._bytes()
            if made[i] <= self._max_bytes:
                best_file = self._path.read_bytes()
        best = min((i for i, size in made.items() if size <= self._max_bytes), default=None)
        if best is None:
            raise EncodeError(self._too_large(min(made.values())))
        if best > 0:
            self._path.write_bytes(best_file)
            self.reduced = self._reduced(self._ladder[best])

    def _make(self, step: Quality) -> None:
        """Make the file again, from the frames stored."""
        self._encoder = self._format(step).open(self._path, self._film)
        for index, pixels in enumerate(self._store):
            self._encoder.write(Frame(index, index / self._film.fps, pixels))
        self._encoder.close()

    def _bytes(self) -> int:
        return self._path.stat().st_size

    def _reduced(self, step: Quality) -> Reduced:
        message = f"{step.reduction_from(self._ladder[0])}, to fit into {_mb(self._max_bytes)}"
        return Reduced(message, self._format(step).describe(self._film))

    def _too_large(self, smallest: int) -> str:
        return (
            f"can't fit into max_mb, {_mb(self._max_bytes)}: the smallest,"
            f" {self._ladder[-1]}, has {_mb(smallest)}; make the film shorter or max_mb larger"
        )


def _mb(count: int) -> str:
    """A number of bytes in millions."""
    return f"{count / 1e6:.2f} MB" if count >= 1e4 else f"{count / 1e6:.4f} MB"
