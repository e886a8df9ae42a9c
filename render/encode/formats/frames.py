"""Every frame as a PNG in a folder, for LaTeX and editors: frames in, a folder out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from render.config.options import Flag
from render.encode.base import Clip, Encoder
from render.encode.folder import Folder
from render.encode.moving import MovingFormat


@dataclass(frozen=True)
class Frames(MovingFormat):
    """A folder of PNGs and a .tex to \\input: beamer shows it with the package animate."""

    suffix: ClassVar[str] = "_frames"
    folder: ClassVar[re.Pattern[str] | None] = re.compile(r"[0-9]{4,}\.png|.*\.tex", re.DOTALL)
    alpha: ClassVar[bool] = True

    loop: Annotated[
        Literal["forever", "once"], Field(description="how often LaTeX's animation plays")
    ] = "forever"
    controls: Annotated[
        Flag, Field(description="whether LaTeX's animation has buttons beneath it")
    ] = True

    def open(self, path: Path, clip: Clip) -> Encoder:
        wanted = {"autoplay": True, "loop": self.loop == "forever", "controls": self.controls}
        return Folder(path, clip, self, [option for option, on in wanted.items() if on])
