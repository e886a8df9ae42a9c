"""What every encoder does that works in a thread of its own while the next frames are drawn."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection
from typing import Any

import numpy as np

from render.encode.base import Encoder, FilmInfo, Frame
from render.encode.frame_queue import FrameQueue, copied
from render.errors import EncodeError
from render.recording import Pixels

Take = Callable[[Pixels, Any], Any]  # of FrameQueue


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


class QueuedEncoder(Encoder):
    """Passes the frames that it picks to `_work`, in their order, and checks that all came."""

    def __init__(self, film: FilmInfo, picks: Collection[int], take: Take = copied) -> None:
        """`take` copies what `_work` needs of a frame. A subclass calls this when it is ready to
        get frames."""
        self._picks = picks
        self._counted = CountedEncoder(film)
        self._queue = FrameQueue(self._work, take)

    @abstractmethod
    def _work(self, taken: Any) -> None:
        """Encode a frame, in the encoder's thread. Raises EncodeError."""

    @abstractmethod
    def _complete(self) -> None:
        """Complete the file, when all frames are encoded, and check it. Raises EncodeError."""

    def write(self, frame: Frame) -> None:
        self._counted.admit(frame)
        if frame.index in self._picks:
            self._queue.put(frame.rgba)

    def close(self) -> None:
        try:
            self._counted.finish()
            self._queue.finish()
            self._complete()
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        if self._queue.stop():
            self._release()

    def _release(self) -> None:
        """Let go of what the thread used, which has ended. Never raises."""
