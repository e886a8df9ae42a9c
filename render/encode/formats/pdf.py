"""The poster for papers and LaTeX, at any size: the last frame drawn anew as .pdf."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from render.encode import metadata
from render.encode.base import StillFormat, StillInfo


@dataclass(frozen=True)
class PdfFormat(StillFormat):
    """The film's last frame as a vector drawing: sharp at any size, words that can be searched."""

    suffix: ClassVar[str] = ".pdf"
    alpha: ClassVar[bool] = True

    def save(self, path: Path, shot: StillInfo) -> None:
        shot.printed(path, "pdf", metadata.labelled(shot.title, shot.about))
