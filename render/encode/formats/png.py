"""PNG: the last frame, the poster, for pages and thumbnails."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from render.encode import metadata
from render.encode.base import StillFormat, StillInfo
from render.encode.image import encode_image, write_image


@dataclass(frozen=True)
class PngFormat(StillFormat):
    """The film's last frame as a still picture."""

    suffix: ClassVar[str] = ".png"
    alpha: ClassVar[bool] = True

    def save(self, path: Path, still: StillInfo) -> None:
        from PIL.PngImagePlugin import PngInfo

        chunks = PngInfo()
        for key, text in metadata.labelled(still.title, still.about).items():
            chunks.add_itxt(key, text)
        write_image(path, encode_image(still.pixels, ".png", pnginfo=chunks))
