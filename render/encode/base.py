"""The contract of an output: a format opens an encoder, the encoder eats frames.

A format is an entry of a config's `outputs:`. One that draws (`draws = True`) opens an
encoder for the one pass over the frames; one that doesn't (csv, json) writes a table of
numbers. Both write to the path they are given, which is a part file that the caller moves
into place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from render.config.options import Options
from render.recording import Recording

Pixels = npt.NDArray[np.uint8]  # (height, width, 4) RGBA, C-contiguous


@dataclass(frozen=True)
class Frame:
    """One picture and when it is shown."""

    index: int  # 0.. no holes
    time_s: float
    rgba: Pixels


@dataclass(frozen=True)
class Clip:
    """What an encoder knows of the film before the first frame."""

    title: str
    size_px: tuple[int, int]  # width, height
    fps: int
    frames: int
    colours: tuple[tuple[int, int, int], ...]  # the theme's own, which a palette must hold exactly
    sample: Callable[[int], Sequence[Pixels]]  # that many pictures spread over the film

    @property
    def duration_s(self) -> float:
        """How long the film lasts; its last frame is shown for one frame's time."""
        return self.frames / self.fps


class Encoder(ABC):
    """Takes a film's frames in order and leaves a whole file, or none."""

    @abstractmethod
    def write(self, frame: Frame) -> None:
        """Take the next frame. Raises EncodeError; the pixels may be overwritten afterwards."""

    @abstractmethod
    def close(self) -> None:
        """Finish the file and check it. Raises EncodeError."""

    @abstractmethod
    def abort(self) -> None:
        """Stop at once, leave no process behind; never raises."""


@dataclass(frozen=True)
class Format(Options, ABC):
    """One file of a film's outputs."""

    draws: ClassVar[bool] = True
    alpha: ClassVar[bool] = False  # whether its pictures can be transparent
    suffix: ClassVar[str]  # of its files, with the dot

    def refuse(self, size_px: tuple[int, int], fps: int) -> str | None:
        """Why no such file can be made of a film of that size and rate; None if it can."""
        return None


@dataclass(frozen=True)
class FrameFormat(Format):
    """A format made of frames."""

    @abstractmethod
    def open(self, path: Path, clip: Clip) -> Encoder:
        """An encoder that writes to `path`, whose name need not end in the format's suffix."""

    def describe(self, clip: Clip) -> dict[str, Any]:
        """Size, rate, frame count and seconds of the file it makes from this clip."""
        return {
            "size": list(clip.size_px),
            "fps": clip.fps,
            "frames": clip.frames,
            "duration": clip.duration_s,
        }


@dataclass(frozen=True)
class TableFormat(Format):
    """A format made of numbers."""

    draws: ClassVar[bool] = False

    @abstractmethod
    def save(self, path: Path, recordings: Sequence[Recording], manifest: dict[str, Any]) -> None:
        """Write the numbers of all runs to `path`."""
