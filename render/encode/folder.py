"""Frames in, a folder of numbered PNGs and the LaTeX that plays them out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from render.encode import about
from render.encode.base import Clip, Encoder, Frame, Pixels
from render.encode.conveyor import Conveyor
from render.encode.counted import Counted
from render.encode.moving import MovingFormat
from render.encode.part import final_name
from render.encode.picture import encoded, written
from render.encode.resize import resizer

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

    def __init__(self, path: Path, clip: Clip, kind: MovingFormat, options: Sequence[str]) -> None:
        self._path, self._clip, self._picks = path, clip, frozenset(kind.picks(clip))
        self._resize = resizer(clip.size_px, kind.size_px(clip), clip.clear)
        self._fps, self._options = kind.rate(clip), options
        self._digits = max(DIGITS, len(str(len(self._picks) - 1)))
        self._counted = Counted(clip)
        self._made = 0
        self._conveyor = Conveyor(self._add)

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
            comment=about.comment(self._clip.about),
            folder=final_name(self._path),
            name=name,
            options="".join(f"{option}," for option in self._options),
            fps=self._fps,
            first=self._number(0),
            last=self._number(self._made - 1),
        )
