"""SVG: the last frame as a vector drawing, for pages and editors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from render.encode import metadata
from render.encode.base import StillFormat, StillInfo


@dataclass(frozen=True)
class SvgFormat(StillFormat):
    """The film's last frame as a vector drawing, sharp at any size; its letters are outlines."""

    suffix: ClassVar[str] = ".svg"
    alpha: ClassVar[bool] = True

    def save(self, path: Path, still: StillInfo) -> None:
        still.printed(path, "svg", metadata.labelled(still.title, still.about))
