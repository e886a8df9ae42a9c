"""PowerPoint: a slide for each segment of the film, which plays to the next stop and waits.

The parts of a slide are those that PowerPoint writes for an inserted video: the picture `p:pic`
with `a:videoFile` and `p14:media`, and its `p:timing`. A delay of 0 there makes it start with
the slide, as in https://github.com/scanny/python-pptx/issues/427.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from render.config.options import Integer
from render.encode import metadata
from render.encode.atomic import remove_scratch, scratch_file
from render.encode.base import Encoder, FilmInfo, Frame, FrameFormat
from render.encode.formats.mp4 import Mp4Format
from render.encode.image import encode_image
from render.encode.queued import CountedEncoder
from render.errors import EncodeError
from render.recording import Pixels
from render.timeline.stops import Stop

LONG_SIDE_EMU = 12_192_000  # of a slide: 13.33 inches, PowerPoint's own for 16:9
POSTER_LEVEL = 6  # of zlib
DATE = datetime(2000, 1, 1)  # of everything inside: the same film has the same bytes
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
STORED = (".mp4", ".png", ".jpeg")  # are compressed already
BLANK = 6  # the layout without placeholders in python-pptx's template

# More segments of more pixels end in "Cannot play media" in PowerPoint on Windows:
# https://github.com/jeertmans/manim-slides/issues/392
SAFE_PX = 1280 * 720
WARNED, REFUSED = 25, 60  # segments


@dataclass(frozen=True)
class PptxFormat(FrameFormat):
    """Slides that play from stop to stop: a segment of the film each, starting by itself.

    The last slide is the end as a picture. Captions are in the notes.
    """

    suffix: ClassVar[str] = ".pptx"
    stops: ClassVar[bool] = True

    crf: Annotated[
        Integer, Field(ge=1, le=40, description="x264's quality: lower is better and larger")
    ] = 18

    def open(self, path: Path, film: FilmInfo) -> Encoder:
        if (reason := self.refuse_stops(len(film.stops), film.size_px)) is not None:
            raise EncodeError(f"the pptx {reason}")
        return PptxEncoder(path, film, Mp4Format(self.crf))

    def describe(self, film: FilmInfo) -> dict[str, Any]:
        held = sum(stop.last - stop.first for stop in film.stops)
        return super().describe(replace(film, frames=film.frames - held))

    def refuse_stops(self, count: int, size_px: tuple[int, int]) -> str | None:
        if count - 1 <= REFUSED or not _large(size_px):
            return None
        return f"{_many(count, size_px)}; at most {REFUSED}, or a film of 1280×720"

    def warns(self, count: int, size_px: tuple[int, int]) -> str | None:
        if count - 1 <= WARNED or not _large(size_px):
            return None
        return f"{_many(count, size_px)}: make it 1280×720, or give fewer stops"


def _large(size_px: tuple[int, int]) -> bool:
    return size_px[0] * size_px[1] > SAFE_PX


def _many(count: int, size_px: tuple[int, int]) -> str:
    size = "×".join(map(str, size_px))
    return f"has {count - 1} segments of {size}, which PowerPoint on Windows may not play"


class PptxEncoder(Encoder):
    """Encodes the segments one after another and puts them together at the end."""

    def __init__(self, path: Path, film: FilmInfo, format_: Mp4Format) -> None:
        self._path, self._film, self._format = path, film, format_
        self._counted = CountedEncoder(film)
        self._stops = film.stops or (_stop(0, "Start"), _stop(film.frames - 1, "End"))
        self._scratch = scratch_file(path)
        self._clip: Encoder | None = None
        self._taken = 0  # frames of the present segment
        self._clips: list[bytes] = []
        self._posters: list[bytes] = []

    def write(self, frame: Frame) -> None:
        self._counted.admit(frame)
        if any(stop.first < frame.index <= stop.last for stop in self._stops):
            return  # a slide waits by itself
        if frame.index == 0:
            self._posters.append(_png(frame.rgba))
        before, after = self._stops[len(self._clips)], self._stops[len(self._clips) + 1]
        if self._clip is None:
            frames = after.first - before.last + (not self._clips)
            film = replace(self._film, frames=frames, stops=())
            self._clip, self._taken = self._format.open(self._scratch, film), 0
        time_s = self._taken / self._film.fps
        self._clip.write(Frame(self._taken, time_s, frame.rgba))
        self._taken += 1
        if frame.index == after.first:
            self._finish_clip()
            self._posters.append(_png(frame.rgba))

    def close(self) -> None:
        try:
            self._counted.finish()
            data = _slides(self._film, self._stops, self._clips, self._posters)
            self._path.write_bytes(data)
        except OSError as error:
            self.abort()
            raise EncodeError(f"can't write the slides: {error.strerror or error}") from error
        except BaseException:
            self.abort()
            raise
        remove_scratch(self._scratch)

    def abort(self) -> None:
        if self._clip is not None:
            self._clip.abort()
        remove_scratch(self._scratch)

    def _finish_clip(self) -> None:
        assert self._clip is not None
        self._clip.close()
        self._clip = None
        try:
            self._clips.append(self._scratch.read_bytes())
        except OSError as error:
            message = f"can't read a segment of the film again: {error.strerror or error}"
            raise EncodeError(message) from error


def _stop(frame: int, words: str) -> Stop:
    return Stop(frame, 0.0, 0, words, words, frame, frame, frame)


def _png(pixels: Pixels) -> bytes:
    return encode_image(pixels, ".png", compress_level=POSTER_LEVEL)


def _slides(
    film: FilmInfo, stops: Sequence[Stop], clips: Sequence[bytes], posters: Sequence[bytes]
) -> bytes:
    """The file: a slide for each clip, which shows its poster first, and one for the end."""
    from pptx import Presentation
    from pptx.util import Emu

    deck = Presentation()
    width, height = (round(side * LONG_SIDE_EMU / max(film.size_px)) for side in film.size_px)
    deck.slide_width, deck.slide_height = Emu(width), Emu(height)
    _describe(deck, film)
    place = (Emu(0), Emu(0), deck.slide_width, deck.slide_height)
    for number, (stop, poster) in enumerate(zip(stops, posters, strict=True)):
        slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
        if number < len(clips):
            picture = slide.shapes.add_movie(
                BytesIO(clips[number]), *place, BytesIO(poster), "video/mp4"
            )
            picture.name = stops[number + 1].words  # that of the stop to which it plays
            _start_by_itself(slide)
            spoken = stops[number : number + 2] if number == 0 else stops[number + 1 : number + 2]
        else:
            picture = slide.shapes.add_picture(BytesIO(poster), *place)
            picture.name = stop.words
            spoken = (stop,)
        picture._element._nvXxPr.cNvPr.set("descr", f"{film.title}. {stop.words}")
        slide.notes_slide.notes_text_frame.text = "\n".join(_notes(one) for one in spoken)
    data = BytesIO()
    deck.save(data)
    return _dated(data.getvalue())


def _notes(stop: Stop) -> str:
    return stop.words if stop.words == stop.numbers else f"{stop.words} ({stop.numbers})"


def _describe(deck: Any, film: FilmInfo) -> None:
    """The document's properties, without the present time."""
    facts = deck.core_properties
    facts.title, facts.comments = film.title, metadata.comment(film.about)
    facts.author = facts.last_modified_by = metadata.PROGRAM
    facts.created = facts.modified = DATE
    facts.revision = 1


def _start_by_itself(slide: Any) -> None:
    """Start the slide's video with the slide: python-pptx's waits for a click."""
    (condition,) = slide._element.xpath(".//p:timing//p:video//p:cond")
    condition.set("delay", "0")


def _dated(data: bytes) -> bytes:
    """The same ZIP with fixed dates."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            stored = name.endswith(STORED)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return out.getvalue()
