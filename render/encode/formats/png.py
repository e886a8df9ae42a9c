"""The poster, a still for pages and thumbnails: frames in, the last of them out as .png."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from render.encode import metadata
from render.encode.base import StillFormat, StillInfo
from render.encode.image import encoded, written


@dataclass(frozen=True)
class PngFormat(StillFormat):
    """The film's last frame as a still picture."""

    suffix: ClassVar[str] = ".png"
    alpha: ClassVar[bool] = True

    def save(self, path: Path, shot: StillInfo) -> None:
        from PIL.PngImagePlugin import PngInfo

        chunks = PngInfo()
        for key, text in metadata.labelled(shot.title, shot.about).items():
            chunks.add_itxt(key, text)
        written(path, encoded(shot.pixels, ".png", pnginfo=chunks))
