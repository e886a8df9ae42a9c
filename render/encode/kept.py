"""Frames in, the same frames out again as often as wanted: what changed, compressed, on disk."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from render.encode.base import Pixels
from render.errors import EncodeError

LEVEL = 1  # of zlib: pictures are read as often as written, and gone soon
Rows = npt.NDArray[np.uint8]  # (height, width · 4)


class Kept:
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
