"""PDF: the last frame as a vector drawing, for papers and LaTeX."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from render.encode import metadata
from render.encode.base import StillFormat, StillInfo


@dataclass(frozen=True)
class PdfFormat(StillFormat):
    """The film's last frame as a vector drawing, sharp at any size; its text can be searched."""

    suffix: ClassVar[str] = ".pdf"
    alpha: ClassVar[bool] = True

    def save(self, path: Path, still: StillInfo) -> None:
        still.printed(path, "pdf", metadata.labelled(still.title, still.about))
