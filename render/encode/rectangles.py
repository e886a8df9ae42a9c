"""The encoder of animations that have, of each picture, the rectangle that changed."""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from render.encode import containers
from render.encode.base import FilmInfo
from render.encode.queued import QueuedEncoder
from render.encode.resample import ResampledFormat, resizer
from render.errors import EncodeError
from render.recording import Pixels

Packed = npt.NDArray[np.uint32]  # (height, width): RGBA in one number


class RectangleEncoder(QueuedEncoder):
    """Passes each picture on as it comes; memory doesn't depend on the length of the film.

    Subclasses write the file: its beginning in `_begin`, a picture in `_add`, the rest in `_end`.
    """

    def __init__(
        self,
        path: Path,
        film: FilmInfo,
        format_: ResampledFormat,
        contents: containers.Reader,
        grid_px: int = 1,
        keeps: bool = True,
    ) -> None:
        """`contents` reads the finished file. A rectangle begins at a multiple of `grid_px`. Its
        pixels that don't change are transparent if it is `keeps` and the film never is."""
        size_px, self._picked = format_.size_px(film), format_.picks(film)
        self._path, self._size_px, self._contents = path, size_px, contents
        self._grid_px = grid_px
        self._each_s, self._film_s = (
            Fraction(1, format_.rate(film)),
            Fraction(film.frames, film.fps),
        )
        self._resize = resizer(film.size_px, size_px, film.clear)
        self._keeps = keeps and not film.clear
        self._count = 0
        self._last: Packed | None = None
        with disk_errors():
            self._file: BinaryIO = path.open("wb")
            self._begin()
        super().__init__(film, frozenset(self._picked))

    @abstractmethod
    def _begin(self) -> None:
        """Write what comes before the pictures."""

    @abstractmethod
    def _add(self, part: Packed, left: int, top: int) -> None:
        """Write the next picture: the pixels of a rectangle, and its corner."""

    @abstractmethod
    def _end(self) -> None:
        """Write what comes after them."""

    def _complete(self) -> None:
        with disk_errors():
            self._end()
            self._file.close()
        containers.check(self._path, self._contents, self._size_px, len(self._picks))

    def _release(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()

    def _begins_s(self, index: int) -> Fraction:
        """When a picture appears; of the one after the last: when the film ends."""
        return index * self._each_s if index < len(self._picked) else self._film_s

    def _work(self, pixels: Pixels) -> None:
        now = np.ascontiguousarray(self._resize(pixels)).view("<u4")[..., 0]
        top, bottom, left, right = _changed(now, self._last, self._grid_px)
        part = now[top:bottom, left:right]
        if self._last is not None and self._keeps:
            part = np.where(part == self._last[top:bottom, left:right], np.uint32(0), part)
        with disk_errors():
            self._add(part, left, top)
        self._count += 1
        if self._last is None:
            self._last = now.copy()
        else:
            np.copyto(self._last, now)


def _changed(now: Packed, last: Packed | None, grid_px: int) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of the pixels that changed; of no pixel if none did."""
    if last is None:
        return 0, now.shape[0], 0, now.shape[1]
    differs = now != last
    rows, columns = (np.flatnonzero(differs.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0, 0, 0
    top, left = (int(found[0]) // grid_px * grid_px for found in (rows, columns))
    return top, int(rows[-1]) + 1, left, int(columns[-1]) + 1


@contextlib.contextmanager
def disk_errors() -> Iterator[None]:
    """Raise EncodeError for an OSError within."""
    try:
        yield
    except OSError as error:
        raise EncodeError(f"can't write the picture: {error.strerror or error}") from error
