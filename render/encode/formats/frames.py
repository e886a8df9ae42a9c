"""Frames in, a folder of numbered PNGs and the LaTeX that plays them out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from render.config.options import Flag
from render.encode import metadata
from render.encode.atomic import final_name
from render.encode.base import Encoder, FilmInfo, Frame
from render.encode.frame_queue import FrameQueue
from render.encode.image import encoded, written
from render.encode.pipe import CountedEncoder
from render.encode.resample import ResampledFormat, resizer
from render.recording import Pixels

DIGITS = 4
FASTER = 3  # zlib's level: half the time of 6, the pictures 5 % larger

SNIPPET = r"""% {title}
% {comment}
% In the preamble: \usepackage{{animate}}. Then \input{{{folder}/{name}.tex}} where it is to play,
% with the folder beside your document. It moves in Acrobat and a few other readers.
\animategraphics[{options}width=\linewidth]{{{fps}}}{{{folder}/}}{{{first}}}{{{last}}}
"""


class Folder(Encoder):
    """Writes each picture as it comes."""

    def __init__(
        self, path: Path, clip: FilmInfo, kind: ResampledFormat, options: Sequence[str]
    ) -> None:
        self._path, self._clip, self._picks = path, clip, frozenset(kind.picks(clip))
        self._resize = resizer(clip.size_px, kind.size_px(clip), clip.clear)
        self._fps, self._options = kind.rate(clip), options
        self._digits = max(DIGITS, len(str(len(self._picks) - 1)))
        self._counted = CountedEncoder(clip)
        self._made = 0
        self._conveyor = FrameQueue(self._add)

    def write(self, frame: Frame) -> None:
        self._counted.admit(frame)
        if frame.index in self._picks:
            self._conveyor.put(frame.rgba)

    def close(self) -> None:
        try:
            self._counted.finish()
            self._conveyor.finish()
            name = final_name(self._path).removesuffix("_frames")
            written(self._path / f"{name}.tex", self._snippet(name).encode())
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        self._conveyor.stop()

    def _add(self, pixels: Pixels) -> None:
        data = encoded(self._resize(pixels), ".png", compress_level=FASTER)
        written(self._path / f"{self._number(self._made)}.png", data)
        self._made += 1

    def _number(self, index: int) -> str:
        return f"{index:0{self._digits}}"

    def _snippet(self, name: str) -> str:
        return SNIPPET.format(
            title=" ".join(self._clip.title.split()),
            comment=metadata.comment(self._clip.about),
            folder=final_name(self._path),
            name=name,
            options="".join(f"{option}," for option in self._options),
            fps=self._fps,
            first=self._number(0),
            last=self._number(self._made - 1),
        )


@dataclass(frozen=True)
class FramesFormat(ResampledFormat):
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

    def open(self, path: Path, clip: FilmInfo) -> Encoder:
        wanted = {"autoplay": True, "loop": self.loop == "forever", "controls": self.controls}
        return Folder(path, clip, self, [option for option, on in wanted.items() if on])
