"""A handout: a PDF with a page for each stop of the film."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from render.encode import metadata
from render.encode.base import Encoder, FilmInfo, Frame, FrameFormat
from render.encode.formats.frames import latex_name


class HandoutEncoder(Encoder):
    """Prints the pages after the last frame."""

    def __init__(self, path: Path, film: FilmInfo) -> None:
        self._path, self._film = path, film

    def write(self, frame: Frame) -> None:
        """Do nothing: a page is drawn anew, as a vector drawing."""

    def close(self) -> None:
        film = self._film
        film.handout(self._path, "pdf", metadata.labelled(film.title, film.about))

    def abort(self) -> None:
        """Do nothing: nothing is written before the end."""


@dataclass(frozen=True)
class HandoutFormat(FrameFormat):
    """A vector page for each stop, with its caption: to print, or to step through in beamer.

    In beamer it is `\\includegraphics<2>[page=2]{NAME-handout.pdf}`, in any viewer.
    """

    suffix: ClassVar[str] = "-handout.pdf"
    alpha: ClassVar[bool] = True
    stops: ClassVar[bool] = True

    @classmethod
    def file_name(cls, name: str) -> str:
        return f"{latex_name(name)}{cls.suffix}"

    def open(self, path: Path, film: FilmInfo) -> Encoder:
        return HandoutEncoder(path, film)

    def describe(self, film: FilmInfo) -> dict[str, Any]:
        return {"size": list(film.size_px), "frames": len(film.stops)}
