"""A folder of numbered PNGs, and the LaTeX that plays them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from render.config.options import Flag
from render.config.problems import shown
from render.encode import metadata
from render.encode.atomic import final_name
from render.encode.base import Encoder, FilmInfo
from render.encode.contents import MANIFEST, write_manifest
from render.encode.image import encode_image, write_image
from render.encode.queued import QueuedEncoder
from render.encode.resample import ResampledFormat, resizer
from render.errors import EncodeError
from render.recording import Pixels

if TYPE_CHECKING:
    from render.timeline.stops import Stop

DIGITS = 4
LOOP = "loop"
LEVEL = 3  # of zlib: half the time of 6, the pictures 5 % larger

# In a 16:9 slide a film as wide as the text is higher than what a title and the buttons leave.
SIZE = r"width=\linewidth,totalheight=0.7\textheight,keepaspectratio"
SNIPPET = r"""% {title}
% {comment}
% In the preamble: \usepackage{{graphicx}} and \usepackage{{animate}}. Then
% \input{{{folder}/{name}.tex}} where it is to play, with the folder beside your document.
% It moves in Acrobat and a few other readers.
{film}
"""
WHOLE = r"\animategraphics[{options}{size}]{{{fps}}}{{{folder}/}}{{{first}}}{{{last}}}"
# In beamer each segment is an overlay of its own, which plays once: the next key plays the next.
IN_BEAMER = r"""% On a slide of beamer it waits at its stops: the key for the next slide plays on.
\ifdefined\only
{segments}
\else
{whole}
\fi"""
SEGMENT = r"\only<{number}>{{{film}}}% {words}"
# To LaTeX, also in the names of files, where nothing escapes them; after `|` it runs a program.
SPECIAL = r"\{}%#&~^$|" + '"'


def special_letters(name: str) -> list[str]:
    """What LaTeX takes for something else in a name: line breaks among it, and two spaces."""
    letters = [c for c in dict.fromkeys(name) if c in SPECIAL or not c.isprintable()]
    return letters + ["  "] * ("  " in name) + [" "] * name.startswith(" ")


def latex_name(name: str) -> str:
    """A name without these letters: `lr 50-` of `lr 50%`."""
    plain = "".join("-" if c in SPECIAL or not c.isprintable() else c for c in name)
    return re.sub("^ | (?= )", "-", plain)


def latex_line(text: str) -> str:
    """A text as the rest of a comment, which ends with its line."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


class FramesEncoder(QueuedEncoder):
    """Writes each picture as it comes."""

    def __init__(
        self, path: Path, film: FilmInfo, format_: FramesFormat, options: Sequence[str]
    ) -> None:
        self._path, self._film = path, film
        self._resize = resizer(film.size_px, format_.size_px(film), film.clear)
        self._fps, self._options = format_.rate(film), options
        self._ends = format_.stop_numbers(film)
        picks = frozenset(format_.picks(film))
        self._digits = max(DIGITS, len(str(len(picks) - 1)))
        self._count = 0
        super().__init__(film, picks)

    def _complete(self) -> None:
        name = final_name(self._path).removesuffix("_frames")
        write_image(self._path / f"{name}.tex", self._snippet(name).encode())
        self._list_files()

    def _list_files(self) -> None:
        try:
            write_manifest(self._path)
        except OSError as error:
            raise EncodeError(f"can't write {MANIFEST}: {error.strerror or error}") from error

    def _work(self, pixels: Pixels) -> None:
        data = encode_image(self._resize(pixels), ".png", compress_level=LEVEL)
        write_image(self._path / f"{self._number(self._count)}.png", data)
        self._count += 1

    def _number(self, index: int) -> str:
        return f"{index:0{self._digits}}"

    def _snippet(self, name: str) -> str:
        whole = self._played(self._options, 0, self._count - 1)
        segments = [
            SEGMENT.format(
                number=number,
                film=self._played([o for o in self._options if o != LOOP], before + 1, end),
                words=latex_line(stop.words),
            )
            for number, (stop, before, end) in enumerate(self._segments(), 1)
        ]
        inner = IN_BEAMER.format(segments="\n".join(segments), whole=whole)
        return SNIPPET.format(
            title=latex_line(self._film.title),
            comment=metadata.comment(self._film.about),
            folder=final_name(self._path),
            name=name,
            film=inner if len(segments) > 1 else whole,
        )

    def _segments(self) -> Iterator[tuple[Stop, int, int]]:
        """The stop at which each segment ends, and the pictures before and at its end."""
        before = -1
        for stop, end in zip(self._film.stops[1:], self._ends[1:], strict=True):
            if end > before:
                yield stop, before, end
                before = end

    def _played(self, options: Sequence[str], first: int, last: int) -> str:
        return WHOLE.format(
            options="".join(f"{option}," for option in options),
            size=SIZE,
            fps=self._fps,
            folder=final_name(self._path),
            first=self._number(first),
            last=self._number(last),
        )


@dataclass(frozen=True)
class FramesFormat(ResampledFormat):
    """A folder of PNGs and a .tex to \\input: beamer shows it with the package animate.

    It waits at the film's stops there.
    """

    suffix: ClassVar[str] = "_frames"
    folder: ClassVar[bool] = True
    stops: ClassVar[bool] = True
    alpha: ClassVar[bool] = True

    loop: Annotated[
        Literal["forever", "once"], Field(description="how often LaTeX's animation plays")
    ] = "forever"
    controls: Annotated[
        Flag, Field(description="whether LaTeX's animation has buttons beneath it")
    ] = True

    @classmethod
    def file_name(cls, name: str) -> str:
        return f"{latex_name(name)}{cls.suffix}"

    @classmethod
    def refuse_name(cls, name: str) -> str | None:
        special = special_letters(name)
        letters = ", ".join(f"'{shown(c)}'" for c in special)
        return f"LaTeX reads no folder with {letters} in its name" if special else None

    def picks(self, film: FilmInfo) -> list[int]:
        """As of every other format; the frame nearest to a stop is the stop's own."""
        picks = super().picks(film)
        for stop, number in zip(film.stops, self.stop_numbers(film), strict=True):
            picks[number] = stop.frame
        return picks

    def stop_numbers(self, film: FilmInfo) -> list[int]:
        """The number of the picture of each stop, which several share at a low rate."""
        picks = super().picks(film)
        return [min(range(len(picks)), key=lambda i: abs(picks[i] - s.frame)) for s in film.stops]

    def open(self, path: Path, film: FilmInfo) -> Encoder:
        options = {"autoplay": True, LOOP: self.loop == "forever", "controls": self.controls}
        return FramesEncoder(path, film, self, [option for option, on in options.items() if on])
