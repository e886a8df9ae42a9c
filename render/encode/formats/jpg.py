"""The poster for pages that want it small: frames in, the last of them out as .jpg."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from render.config.options import Integer
from render.encode import metadata
from render.encode.base import StillFormat, StillInfo
from render.encode.image import encoded, written


@dataclass(frozen=True)
class JpgFormat(StillFormat):
    """The film's last frame as a photograph-like picture, smaller than a PNG."""

    suffix: ClassVar[str] = ".jpg"
    aliases: ClassVar[tuple[str, ...]] = ("jpeg",)

    quality: Annotated[
        Integer, Field(ge=1, le=100, description="of the JPEG: higher is better and larger")
    ] = 90

    def save(self, path: Path, shot: StillInfo) -> None:
        told = "\n".join(metadata.labelled(shot.title, shot.about).values())
        # Colour at full resolution: thin coloured strokes would fade otherwise.
        data = encoded(
            shot.pixels[..., :3],
            ".jpg",
            quality=self.quality,
            subsampling=0,
            optimize=True,
            comment=told.encode(),
        )
        written(path, data)
