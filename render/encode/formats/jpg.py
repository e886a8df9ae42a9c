"""JPEG: the last frame, the poster, in a small file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from render.config.options import Integer
from render.encode import metadata
from render.encode.base import StillFormat, StillInfo
from render.encode.image import encode_image, write_image


@dataclass(frozen=True)
class JpgFormat(StillFormat):
    """The film's last frame as a JPEG picture, smaller than a PNG."""

    suffix: ClassVar[str] = ".jpg"
    aliases: ClassVar[tuple[str, ...]] = ("jpeg",)

    quality: Annotated[
        Integer, Field(ge=1, le=100, description="quality of the JPEG: higher is better and larger")
    ] = 90

    def save(self, path: Path, still: StillInfo) -> None:
        text = "\n".join(metadata.labelled(still.title, still.about).values())
        # Colour at full resolution: otherwise thin coloured strokes would fade.
        data = encode_image(
            still.pixels[..., :3],
            ".jpg",
            quality=self.quality,
            subsampling=0,
            optimize=True,
            comment=text.encode(),
        )
        write_image(path, data)
