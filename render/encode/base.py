"""The contract of an output: a format opens an encoder, the encoder eats frames.

A format is an entry of a config's `outputs:`. One that draws (`draws = True`) opens an
encoder for the one pass over the frames; one that doesn't (csv, json) writes a table of
numbers. Both write to the path they are given, which is a part file that the caller moves
into place.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from render.config.options import Options
from render.errors import EncodeError
from render.recording import Pixels, Recording


@dataclass(frozen=True)
class Frame:
    """One picture and when it is shown."""

    index: int  # 0.. no holes
    time_s: float
    rgba: Pixels


# A file's path, `svg` or `pdf`, and what it says of itself: writes a picture as a vector drawing.
VectorPrinter = Callable[[Path, str, Mapping[str, str]], None]


def _no_printer(path: Path, kind: str, about: Mapping[str, str]) -> None:
    raise EncodeError(f"these pictures can't be drawn as {kind}")


@dataclass(frozen=True)
class FilmInfo:
    """What an encoder knows of the film before the first frame."""

    title: str
    size_px: tuple[int, int]  # width, height
    fps: int
    frames: int
    colours: tuple[tuple[int, int, int], ...]  # the theme's own, which a palette must hold exactly
    sample: Callable[[int], Sequence[Pixels]]  # that many pictures spread over the film
    about: Mapping[str, str] = field(default_factory=dict)  # what a file says of how it was made
    clear: bool = False  # whether there is no background
    printed: VectorPrinter = _no_printer  # of the last frame

    @property
    def duration_s(self) -> float:
        """How long the film lasts; its last frame is shown for one frame's time."""
        return self.frames / self.fps


@dataclass(frozen=True)
class Reduced:
    """A file that had to be made with less than its format promised."""

    told: str  # what was given up
    facts: Mapping[str, Any]  # what `describe` would say of it


class Encoder(ABC):
    """Takes a film's frames in order and leaves a whole file, or none."""

    lowered: Reduced | None = None  # known once it is closed

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
    suffix: ClassVar[str]  # of its files, with the dot; or the end of a folder's name
    folder: ClassVar[re.Pattern[str] | None] = None  # makes a folder with files of such names

    def refuse(self, size_px: tuple[int, int], fps: int) -> str | None:
        """Why no such file can be made of a film of that size and rate; None if it can."""
        return None

    def misses(self, kinds: Collection[str]) -> str | None:
        """Why it can't be made beside files of these kinds; None if it can."""
        return None

    def lacks(self, kinds: Collection[str]) -> str | None:
        """What it would have beside other files than of these kinds; None: nothing."""
        return None


@dataclass(frozen=True)
class FrameFormat(Format):
    """A format made of frames."""

    @abstractmethod
    def open(self, path: Path, clip: FilmInfo) -> Encoder:
        """An encoder that writes to `path`, whose name need not end in the format's suffix."""

    def describe(self, clip: FilmInfo) -> dict[str, Any]:
        """Size, rate, frame count and seconds of the file it makes from this clip."""
        return {
            "size": list(clip.size_px),
            "fps": clip.fps,
            "frames": clip.frames,
            "duration": clip.duration_s,
        }


@dataclass(frozen=True)
class StillInfo:
    """One picture, and what a file says of it."""

    title: str
    about: Mapping[str, str]
    pixels: Pixels
    printed: VectorPrinter


@dataclass(frozen=True)
class StillFormat(FrameFormat):
    """A format of one picture: of a film its last frame, the poster."""

    @abstractmethod
    def save(self, path: Path, shot: StillInfo) -> None:
        """Write one picture. Raises EncodeError."""

    def open(self, path: Path, clip: FilmInfo) -> Encoder:
        return _Poster(self, path, clip)

    def describe(self, clip: FilmInfo) -> dict[str, Any]:
        return {"size": list(clip.size_px), "frames": 1}


class _Poster(Encoder):
    """Keeps the film's last frame and writes it at the end."""

    def __init__(self, format_: StillFormat, path: Path, clip: FilmInfo) -> None:
        self._format, self._path, self._clip = format_, path, clip
        self._rgba: Pixels | None = None

    def write(self, frame: Frame) -> None:
        if frame.index == self._clip.frames - 1:
            self._rgba = frame.rgba.copy()

    def close(self) -> None:
        if self._rgba is None:
            raise EncodeError("the film ended before its last frame: no poster")
        clip = self._clip
        self._format.save(self._path, StillInfo(clip.title, clip.about, self._rgba, clip.printed))

    def abort(self) -> None:
        self._rgba = None


@dataclass(frozen=True)
class TableFormat(Format):
    """A format made of numbers."""

    draws: ClassVar[bool] = False

    @abstractmethod
    def save(self, path: Path, recordings: Sequence[Recording], manifest: dict[str, Any]) -> None:
        """Write the numbers of all runs to `path`."""


@dataclass(frozen=True)
class Cue:
    """A text and when it is said, in seconds of the film."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Story:
    """A film in words."""

    name: str
    title: str
    sentences: tuple[str, ...]  # what is shown and how it ends
    cues: tuple[Cue, ...]  # in order, none on top of another
    size_px: tuple[int, int]
    files: Mapping[str, str]  # of the same film, by kind; URLs as seen from the file that is told


@dataclass(frozen=True)
class CompanionFormat(Format):
    """A format made of words."""

    draws: ClassVar[bool] = False

    @abstractmethod
    def written(self, story: Story) -> str:
        """The text of the file."""

    def save(self, path: Path, story: Story) -> None:
        """Write it to `path`. Raises EncodeError."""
        try:
            path.write_text(self.written(story), encoding="utf-8", newline="\n")
        except OSError as error:
            told = f"can't write the {self.suffix[1:]}: {error.strerror or error}"
            raise EncodeError(told) from error
