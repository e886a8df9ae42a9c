"""The encoder of every format that ffmpeg writes: frames in, packed bytes through its pipe."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from render.encode.base import Encoder, FilmInfo, Frame
from render.encode.ffmpeg import Ffmpeg
from render.encode.frame_queue import FrameQueue, copied
from render.errors import EncodeError
from render.recording import Pixels


class CountedEncoder:
    """Counts the frames of a clip, and refuses one that isn't the next."""

    def __init__(self, clip: FilmInfo) -> None:
        self._clip = clip
        self._seen = 0

    def admit(self, frame: Frame) -> None:
        """Count a frame. Raises EncodeError for a wrong size or place."""
        expected = (*reversed(self._clip.size_px), 4)
        if frame.rgba.shape != expected or frame.rgba.dtype != np.uint8:
            raise EncodeError(f"frame {frame.index} is {frame.rgba.shape}, not {expected}")
        if frame.index != self._seen:
            raise EncodeError(f"frame {frame.index} came where {self._seen} was due")
        self._seen += 1

    def finish(self) -> None:
        """Raises EncodeError if there should have been more."""
        if self._seen != self._clip.frames:
            raise EncodeError(f"got {self._seen} of {self._clip.frames} frames")


Take = Callable[[Pixels, Any], Any]  # of a frame, with room for it that was used before
Pack = Callable[[Any], Iterable[memoryview]]  # of what was taken of a frame


def raw(pixels: Pixels) -> Iterable[memoryview]:
    """The pixels as they are."""
    yield pixels.data.cast("B")


class PipeEncoder(Encoder):
    """Feeds a running ffmpeg and makes sure that it wrote what was promised."""

    def __init__(
        self,
        process: Ffmpeg,
        path: Path,
        clip: FilmInfo,
        pack: Pack = raw,
        wanted: Container[int] | None = None,
        take: Take = copied,
    ) -> None:
        """`take` keeps of a frame what is needed, `pack` makes its bytes of that in a thread of
        its own; `wanted` are the frames to keep, all if None."""
        self._process = process
        self._path = path
        self._pack = pack
        self._wanted = range(clip.frames) if wanted is None else wanted
        self._counted = CountedEncoder(clip)
        self._conveyor = FrameQueue(self._feed, take)

    def write(self, frame: Frame) -> None:
        self._counted.admit(frame)
        if frame.index in self._wanted:
            self._conveyor.put(frame.rgba)

    def close(self) -> None:
        try:
            self._counted.finish()
            self._conveyor.finish()
            self._process.close()
            if not self._path.is_file() or self._path.stat().st_size == 0:
                raise EncodeError("ffmpeg reported success but left no file")
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        self._process.kill()
        if self._conveyor.stop():
            self._process.release()

    def _feed(self, taken: Any) -> None:
        for data in self._pack(taken):
            self._process.write(data)


class SealedEncoder(PipeEncoder):
    """Rewrites the finished file; what comes of it is as large as a film for a page."""

    def __init__(
        self,
        process: Ffmpeg,
        path: Path,
        clip: FilmInfo,
        pack: Pack,
        wanted: Container[int],
        seal: Callable[[bytes], bytes],
        take: Take = copied,
    ) -> None:
        super().__init__(process, path, clip, pack, wanted, take)
        self._file, self._seal = path, seal

    def close(self) -> None:
        super().close()
        try:
            self._file.write_bytes(self._seal(self._file.read_bytes()))
        except OSError as error:
            raise EncodeError(f"can't finish the file: {error.strerror or error}") from error
