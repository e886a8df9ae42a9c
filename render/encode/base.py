"""The contract of an output format.

A format is an entry of a config's `outputs:`. A format that draws (`draws = True`) opens an
encoder, which takes the frames of the film one after another; any other (csv, json, vtt …)
writes numbers or text. Both write to the path of a part file, which the caller moves into
place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from render.config.language import ENGLISH, Language, language
from render.config.options import Options
from render.errors import EncodeError
from render.recording import Pixels, Recording

if TYPE_CHECKING:
    from render.timeline.stops import Stop


@dataclass(frozen=True)
class Frame:
    """One picture of a film and its time."""

    index: int  # 0, 1, 2 …
    time_s: float
    rgba: Pixels


# Writes a picture as a vector drawing to a path, as `svg` or `pdf`, with the metadata given.
# For the handout it is a page for each stop, as `pdf`.
VectorPrinter = Callable[[Path, str, Mapping[str, str]], None]


def _no_printer(path: Path, kind: str, about: Mapping[str, str]) -> None:
    raise EncodeError(f"these pictures can't be drawn as {kind}")


@dataclass(frozen=True)
class FilmInfo:
    """What an encoder knows about a film before the first frame."""

    title: str
    size_px: tuple[int, int]  # width, height
    fps: int
    frames: int
    colours: tuple[tuple[int, int, int], ...]  # RGB, to be exact in every palette
    sample: Callable[[int], Sequence[Pixels]]  # frames spread over the film, `count` of them
    about: Mapping[str, str] = field(default_factory=dict)  # metadata of its files
    clear: bool = False  # whether the background is transparent
    turns: bool = False  # whether the camera moves
    printed: VectorPrinter = _no_printer  # for the last frame
    stops: tuple[Stop, ...] = ()  # in order, the first frame's and the last frame's among them
    handout: VectorPrinter = _no_printer  # for all stops

    @property
    def duration_s(self) -> float:
        """The duration of the film; its last frame is shown as long as any other."""
        return self.frames / self.fps


@dataclass(frozen=True)
class Reduced:
    """What was reduced so that a file keeps its limit of bytes."""

    message: str  # what was reduced, in words
    facts: Mapping[str, Any]  # of the file, as `FrameFormat.describe` returns them


class Encoder(ABC):
    """Takes the frames of a film in order and writes a complete file, or none."""

    reduced: Reduced | None = None  # known after `close`

    @abstractmethod
    def write(self, frame: Frame) -> None:
        """Take the next frame. Raises EncodeError; the pixels may be overwritten afterwards."""

    @abstractmethod
    def close(self) -> None:
        """Finish the file and check it. Raises EncodeError."""

    @abstractmethod
    def abort(self) -> None:
        """Stop at once and leave no process behind. Never raises."""


@dataclass(frozen=True)
class Format(Options, ABC):
    """An entry of a config's `outputs:`; its fields are the options of the entry."""

    draws: ClassVar[bool] = True
    alpha: ClassVar[bool] = False  # whether its pictures can be transparent
    suffix: ClassVar[str]  # of its files, with the dot; or how its folders end
    folder: ClassVar[bool] = False  # whether it is a folder of files, see contents.py
    stops: ClassVar[bool] = False  # whether it tells where the film's stops are

    @property
    def pictures(self) -> bool:
        """Whether the film's panels are drawn for it."""
        return self.draws

    @classmethod
    def file_name(cls, name: str) -> str:
        """What its file is called, of a film of that name."""
        return f"{name}{cls.suffix}"

    @classmethod
    def refuse_name(cls, name: str) -> str | None:
        """Why its file, or its folder, can't be called so; None if it can."""
        return None

    def refuse(self, size_px: tuple[int, int], fps: int) -> str | None:
        """Why a film of this size and rate can't have it; None if it can."""
        return None

    def refuse_stops(self, count: int, size_px: tuple[int, int]) -> str | None:
        """Why a film of this size can't have it with so many stops; None if it can."""
        return None

    def warns(self, count: int, size_px: tuple[int, int]) -> str | None:
        """What may go wrong with a film of this size with so many stops; None if nothing."""
        return None

    def misses(self, kinds: Collection[str]) -> str | None:
        """Why a film with files of these kinds only can't have it; None if it can."""
        return None

    def lacks(self, kinds: Collection[str]) -> str | None:
        """What it lacks in a film with files of these kinds only; None if nothing."""
        return None


@dataclass(frozen=True)
class FrameFormat(Format):
    """A format of pictures."""

    @abstractmethod
    def open(self, path: Path, film: FilmInfo) -> Encoder:
        """An encoder that writes to `path`, whose name need not end in the format's suffix."""

    def describe(self, film: FilmInfo) -> dict[str, Any]:
        """Size, rate, frame count and seconds of the file that it makes of a film."""
        return {
            "size": list(film.size_px),
            "fps": film.fps,
            "frames": film.frames,
            "duration": film.duration_s,
        }


@dataclass(frozen=True)
class StillInfo:
    """One picture and the metadata of its file."""

    title: str
    about: Mapping[str, str]
    pixels: Pixels
    printed: VectorPrinter


@dataclass(frozen=True)
class StillFormat(FrameFormat):
    """A format of one picture: of a film the last frame, its poster."""

    @abstractmethod
    def save(self, path: Path, still: StillInfo) -> None:
        """Write one picture. Raises EncodeError."""

    def open(self, path: Path, film: FilmInfo) -> Encoder:
        return _Poster(self, path, film)

    def describe(self, film: FilmInfo) -> dict[str, Any]:
        return {"size": list(film.size_px), "frames": 1}


class _Poster(Encoder):
    """Keeps the film's last frame and writes it at the end."""

    def __init__(self, format_: StillFormat, path: Path, film: FilmInfo) -> None:
        self._format, self._path, self._film = format_, path, film
        self._rgba: Pixels | None = None

    def write(self, frame: Frame) -> None:
        if frame.index == self._film.frames - 1:
            self._rgba = frame.rgba.copy()

    def close(self) -> None:
        if self._rgba is None:
            raise EncodeError("the film ended before its last frame: no poster")
        film = self._film
        self._format.save(self._path, StillInfo(film.title, film.about, self._rgba, film.printed))

    def abort(self) -> None:
        self._rgba = None


@dataclass(frozen=True)
class TableFormat(Format):
    """A format of numbers: a table, or the manifest."""

    draws: ClassVar[bool] = False

    @abstractmethod
    def save(self, path: Path, recordings: Sequence[Recording], manifest: dict[str, Any]) -> None:
        """Write the numbers of all runs to `path`. Raises EncodeError."""


@dataclass(frozen=True)
class Cue:
    """A caption and its time, in seconds of the film."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class PageOptions:
    """What the living page is to do."""

    id: str  # of the film, in the page and in its messages
    autoplay: bool  # whether it starts by itself
    through: bool  # whether it plays on where there is a stop


def _no_page(story: Story, options: PageOptions) -> str:
    raise EncodeError("there is no film for this page")


@dataclass(frozen=True)
class Story:
    """The contents of the texts beside a film."""

    name: str
    title: str
    sentences: tuple[str, ...]  # its alternative text
    cues: tuple[Cue, ...]  # in order, at most one at a time
    size_px: tuple[int, int]
    files: Mapping[str, str]  # of the same film, by kind: URLs relative to the text
    stops: tuple[Stop, ...] = ()
    fps: int = 30
    steps_s: tuple[float, ...] = ()  # when each step is reached, of a film with few enough
    language: Language = field(default_factory=lambda: language(ENGLISH))
    # The text of the page in which the film is drawn anew.
    page: Callable[[Story, PageOptions], str] = _no_page


@dataclass(frozen=True)
class CompanionFormat(Format):
    """A format of text: captions, a description, a page."""

    draws: ClassVar[bool] = False

    @abstractmethod
    def written(self, story: Story) -> str:
        """The text of the file."""

    def save(self, path: Path, story: Story) -> None:
        """Write it to `path`. Raises EncodeError."""
        try:
            path.write_text(self.written(story), encoding="utf-8", newline="\n")
        except OSError as error:
            message = f"can't write the {self.suffix[1:]}: {error.strerror or error}"
            raise EncodeError(message) from error
