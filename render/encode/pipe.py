"""The encoder of every format that ffmpeg writes: it passes frames through a pipe."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from render.encode.base import Encoder, FilmInfo, Frame
from render.encode.containers import Reader, check
from render.encode.ffmpeg import Ffmpeg
from render.encode.frame_queue import FrameQueue, copied
from render.errors import EncodeError
from render.recording import Pixels


class CountedEncoder:
    """Counts the frames of a film and refuses a frame out of order."""

    def __init__(self, film: FilmInfo) -> None:
        self._film = film
        self._count = 0

    def admit(self, frame: Frame) -> None:
        """Count a frame. Raises EncodeError for a wrong size or number."""
        expected = (*reversed(self._film.size_px), 4)
        if frame.rgba.shape != expected or frame.rgba.dtype != np.uint8:
            raise EncodeError(f"frame {frame.index} is {frame.rgba.shape}, not {expected}")
        if frame.index != self._count:
            raise EncodeError(f"expected frame {self._count}, found frame {frame.index}")
        self._count += 1

    def finish(self) -> None:
        """Raises EncodeError if frames are missing."""
        if self._count != self._film.frames:
            raise EncodeError(f"got {self._count} of {self._film.frames} frames")


Take = Callable[[Pixels, Any], Any]  # of FrameQueue
Pack = Callable[[Any], Iterable[memoryview]]  # the bytes for ffmpeg, from what `take` returned


def raw(pixels: Pixels) -> Iterable[memoryview]:
    """The bytes of the pixels, unchanged."""
    yield pixels.data.cast("B")


class PipeEncoder(Encoder):
    """Passes frames to a running ffmpeg, and checks the file that it wrote."""

    def __init__(
        self,
        process: Ffmpeg,
        path: Path,
        film: FilmInfo,
        contents: Reader,
        pack: Pack = raw,
        picks: Collection[int] | None = None,
        take: Take = copied,
        size_px: tuple[int, int] | None = None,
    ) -> None:
        """`take` copies what is needed of a frame, `pack` turns that into bytes in another
        thread; `picks` are the frames to encode, all if None. `contents` reads the finished file,
        whose pictures are `size_px` large, or as large as the film if None."""
        self._process = process
        self._path = path
        self._contents, self._size_px = contents, size_px or film.size_px
        self._pack = pack
        self._picks = range(film.frames) if picks is None else picks
        self._counted = CountedEncoder(film)
        self._queue = FrameQueue(self._feed, take)

    def write(self, frame: Frame) -> None:
        self._counted.admit(frame)
        if frame.index in self._picks:
            self._queue.put(frame.rgba)

    def close(self) -> None:
        try:
            self._counted.finish()
            self._queue.finish()
            self._process.close()
            if not self._path.is_file() or self._path.stat().st_size == 0:
                raise EncodeError("ffmpeg reported success but left no file")
            check(self._path, self._contents, self._size_px, len(self._picks))
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        self._process.kill()
        if self._queue.stop():
            self._process.release()

    def _feed(self, taken: Any) -> None:
        for data in self._pack(taken):
            self._process.write(data)


class RewritingEncoder(PipeEncoder):
    """Changes the finished file with `rewrite`, which gets all of its bytes in memory."""

    def __init__(
        self,
        process: Ffmpeg,
        path: Path,
        film: FilmInfo,
        contents: Reader,
        pack: Pack,
        picks: Collection[int],
        size_px: tuple[int, int],
        rewrite: Callable[[bytes], bytes],
        take: Take = copied,
    ) -> None:
        super().__init__(process, path, film, contents, pack, picks, take, size_px)
        self._rewrite = rewrite

    def close(self) -> None:
        super().close()
        try:
            self._path.write_bytes(self._rewrite(self._path.read_bytes()))
        except OSError as error:
            raise EncodeError(f"can't finish the file: {error.strerror or error}") from error
