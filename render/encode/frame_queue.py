"""A queue of frames between the thread that draws and a thread that encodes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from render.errors import EncodeError
from render.recording import Pixels

MAX_FRAMES = 8  # in the queue; more only need memory: the slower thread decides the speed
MAX_BYTES = 64 << 20  # of whole frames in it; two there may be of any size
TIMEOUT_S = 120.0  # after which an encoder that takes no frame counts as hung


def copied(pixels: Pixels, old: Pixels | None) -> Pixels:
    """A copy of a frame, written into the array `old` if there is one."""
    if old is None:
        return pixels.copy()
    np.copyto(old, pixels)
    return old


class FrameQueue:
    """Passes frames in order to `work`, which runs in another thread while drawing continues.

    The next frame overwrites the pixels of a frame, so `work` gets what `take` returns for it: a
    copy, or only the part that it needs. `take` also gets an object that `work` has finished with,
    to be used again, or None: memory does not depend on the length of the film.
    """

    def __init__(
        self, work: Callable[[Any], None], take: Callable[[Pixels, Any], Any] = copied
    ) -> None:
        self._work, self._take = work, take
        self._buffers, self._most = 0, MAX_FRAMES
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._full: queue.SimpleQueue[Any] = queue.SimpleQueue()  # None at the end
        self._error: BaseException | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="encode", daemon=True)
        self._thread.start()

    def put(self, pixels: Pixels) -> None:
        """Add a frame; wait while the queue is full. Raises an earlier error of `work`."""
        if self._take is copied:
            self._most = max(2, min(MAX_FRAMES, MAX_BYTES // pixels.nbytes))
        old = self._finished()
        self._raise()
        self._full.put(self._take(pixels, old))

    def finish(self) -> None:
        """Wait until `work` is done with all frames. Raises its error."""
        self._full.put(None)
        while self._thread.is_alive():
            before = self._full.qsize()
            self._thread.join(TIMEOUT_S)
            if self._thread.is_alive() and self._full.qsize() == before:
                raise self._timeout()
        self._raise()

    def stop(self, wait_s: float = 5.0) -> bool:
        """Drop the waiting frames. Returns whether the thread has ended. Never raises."""
        self._stopped = True
        self._full.put(None)
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _finished(self) -> Any:
        """An object that `work` has finished with; None while the queue may still grow."""
        try:
            return self._free.get_nowait()
        except queue.Empty:
            if self._buffers < self._most:
                self._buffers += 1
                return None
        try:
            return self._free.get(timeout=TIMEOUT_S)
        except queue.Empty:
            raise self._timeout() from None

    def _run(self) -> None:
        while (taken := self._full.get()) is not None:
            # After an error frames are dropped, so that `put` doesn't wait for ever.
            if self._error is None and not self._stopped:
                try:
                    self._work(taken)
                except BaseException as error:
                    self._error = error
            self._free.put(taken)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _timeout(self) -> EncodeError:
        return EncodeError(f"the encoder took no frame for {TIMEOUT_S:g} s")
