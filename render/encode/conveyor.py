"""Frames in on one side, work on each of them in a thread of its own on the other, in order."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

import numpy as np

from render.encode.base import Pixels
from render.errors import EncodeError

ROOM = 8  # frames on the way; more only cost memory, the slower side sets the pace
PATIENCE_S = 120.0  # how long no frame may leave before we call it stuck


class Conveyor:
    """Copies frames into a few buffers, used again and again, and hands them to `work`.

    So drawing overlaps with encoding, and memory stays the same whatever the film's length.
    """

    def __init__(self, work: Callable[[Pixels], None]) -> None:
        self._work = work
        self._buffers = 0
        self._free: queue.SimpleQueue[Pixels] = queue.SimpleQueue()
        self._full: queue.SimpleQueue[Pixels | None] = queue.SimpleQueue()
        self._error: BaseException | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="encode", daemon=True)
        self._thread.start()

    def put(self, pixels: Pixels) -> None:
        """Send a copy on its way. Raises what `work` raised for an earlier frame."""
        buffer = self._spare(pixels)
        self._raise()
        np.copyto(buffer, pixels)
        self._full.put(buffer)

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

    def _spare(self, pixels: Pixels) -> Pixels:
        """A buffer nobody reads any more, a new one while there are fewer than ROOM."""
        try:
            return self._free.get_nowait()
        except queue.Empty:
            if self._buffers < ROOM:
                self._buffers += 1
                return np.empty_like(pixels)
        try:
            return self._free.get(timeout=PATIENCE_S)
        except queue.Empty:
            raise self._stuck() from None

    def _run(self) -> None:
        while (pixels := self._full.get()) is not None:
            # After an error frames are only let through, so that `put` never waits in vain.
            if self._error is None and not self._stopped:
                try:
                    self._work(pixels)
                except BaseException as error:
                    self._error = error
            self._free.put(pixels)

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _stuck(self) -> EncodeError:
        return EncodeError(f"the encoder took no frame for {PATIENCE_S:g} s")
