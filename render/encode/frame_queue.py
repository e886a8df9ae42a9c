"""Frames in on one side, work on each of them in a thread of its own on the other, in order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from render.errors import EncodeError
from render.recording import Pixels

ROOM = 8  # frames on the way; more only cost memory, the slower side sets the pace
PATIENCE_S = 120.0  # how long no frame may leave before we call it stuck


def copied(pixels: Pixels, spare: Pixels | None) -> Pixels:
    """A copy of a frame, in a spare one if there is one."""
    if spare is None:
        return pixels.copy()
    np.copyto(spare, pixels)
    return spare


class FrameQueue:
    """Takes of each frame what `work` needs, and hands it over: usually a copy of it.

    So drawing overlaps with encoding, and memory stays the same whatever the film's length:
    what has been worked on is given back to `take`, to be used again.
    """

    def __init__(
        self, work: Callable[[Any], None], take: Callable[[Pixels, Any], Any] = copied
    ) -> None:
        self._work, self._take = work, take
        self._taken = 0
        self._free: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._full: queue.SimpleQueue[Any] = queue.SimpleQueue()  # None at the end
        self._error: BaseException | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="encode", daemon=True)
        self._thread.start()

    def put(self, pixels: Pixels) -> None:
        """Send a frame on its way. Raises what `work` raised for an earlier one."""
        spare = self._spare()
        self._raise()
        self._full.put(self._take(pixels, spare))

    def finish(self) -> None:
        """Wait for the work on all frames. Raises what it raised."""
        self._full.put(None)
        while self._thread.is_alive():
            before = self._full.qsize()
            self._thread.join(PATIENCE_S)
            if self._thread.is_alive() and self._full.qsize() == before:
                raise self._stuck()
        self._raise()

    def stop(self, wait_s: float = 5.0) -> bool:
        """Drop what is waiting; whether the thread has ended. Never raises."""
        self._stopped = True
        self._full.put(None)
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _spare(self) -> Any:
        """What has been worked on; nothing while fewer than ROOM are on their way."""
        try:
            return self._free.get_nowait()
        except queue.Empty:
            if self._taken < ROOM:
                self._taken += 1
                return None
        try:
            return self._free.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise self._stuck() from None

    def _run(self) -> None:
        while (taken := self._full.get()) is not None:
            # After an error frames are only let through, so that `put` never waits in vain.
            if self._error is None and not self._stopped:
                try:
                    self._work(taken)
                except BaseException as error:
                    self._error = error
            self._free.put(taken)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _stuck(self) -> EncodeError:
        return EncodeError(f"the encoder took no frame for {PATIENCE_S:g} s")
