"""The contract of a file that tells a film in words, for those who can't or won't watch it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from render.encode.base import Format
from render.errors import EncodeError


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
