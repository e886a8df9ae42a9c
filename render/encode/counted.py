"""A film's frames as they come in: each of its size, in order, none missing at the end."""

from __future__ import annotations

import numpy as np

from render.encode.base import Clip, Frame
from render.errors import EncodeError


class Counted:
    """Counts the frames of a clip, and refuses one that isn't the next."""

    def __init__(self, clip: Clip) -> None:
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
