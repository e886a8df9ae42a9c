"""An animated picture, every pixel exact, for pages and slides: frames in, an .apng out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from render.config.options import Count
from render.encode.animated_png import AnimatedPng
from render.encode.base import Clip, Encoder
from render.encode.moving import MovingFormat


@dataclass(frozen=True)
class Apng(MovingFormat):
    """Animated PNG: every pixel as drawn, transparency; larger than WebP, and known to more."""

    # Browsers take both; `.png` would be the poster's, and tell nobody that it moves.
    suffix: ClassVar[str] = ".apng"
    alpha: ClassVar[bool] = True

    loop: Annotated[
        Literal["forever", "once"] | Annotated[Count, Field(le=65_535)],
        Field(description="how often it plays: forever, once or a number"),
    ] = "forever"

    def open(self, path: Path, clip: Clip) -> Encoder:
        plays = {"forever": 0, "once": 1}.get(str(self.loop), self.loop)
        return AnimatedPng(path, clip, self, int(plays))
