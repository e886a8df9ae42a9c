"""GIF: an animated picture for pages that take no video."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from render.config.options import Count, Integer, Number
from render.encode import containers, metadata
from render.encode.base import Encoder, FilmInfo
from render.encode.budget import BudgetEncoder, Quality
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.frame_queue import copied
from render.encode.palette import ChangedPixels, IndexedFrames, palette
from render.encode.pipe import RewritingEncoder
from render.encode.resample import ResampledFormat, resizer
from render.recording import Pixels

MAX_FPS = 50  # browsers slow down pictures shown for less than 2 hundredths of a second
SAMPLES = 6  # frames from which the palette is made
TRANSPARENT = 255  # the index that ffmpeg writes where a pixel doesn't change
MAX_MB = 1000


@dataclass(frozen=True)
class GifFormat(ResampledFormat):
    """Animated GIF: one palette for the whole film, no dither, no flicker."""

    suffix: ClassVar[str] = ".gif"
    max_fps: ClassVar[int] = MAX_FPS

    fps: Annotated[
        Literal["auto"] | Annotated[Integer, Field(ge=1, le=MAX_FPS)],
        Field(description="frames per second, at most the film's; auto: the film's, up to 50"),
    ] = "auto"
    loop: Annotated[
        Literal["forever", "once"] | Annotated[Count, Field(le=65_535)],
        Field(description="how often it plays: forever, once or a number"),
    ] = "forever"
    colours: Annotated[
        Integer,
        Field(ge=16, le=TRANSPARENT, description="colours of its palette: fewer are smaller"),
    ] = TRANSPARENT
    max_mb: Annotated[
        Literal["any"] | Annotated[Number, Field(gt=0, le=MAX_MB)],
        Field(
            description="millions of bytes it may have: colours, then rate, then size are"
            " reduced until it fits; any: as many as it takes"
        ),
    ] = "any"

    def open(self, path: Path, film: FilmInfo) -> Encoder:
        if self.max_mb == "any":
            return self._encoder(path, film)

        def with_quality(step: Quality) -> ResampledFormat:
            return replace(
                self, max_mb="any", size=step.size_px, fps=step.fps, colours=step.colours
            )

        first = Quality(self.size_px(film), self.rate(film), self.colours)
        return BudgetEncoder(path, film, first, round(self.max_mb * 1e6), with_quality)

    def _encoder(self, path: Path, film: FilmInfo) -> Encoder:
        """An encoder with these options and no limit of the file's size."""
        width, height = size_px = self.size_px(film)
        fps, picks = self.rate(film), self.picks(film)
        resize = resizer(film.size_px, size_px)
        sampled = [resize(frame) for frame in film.sample(SAMPLES)]
        colours = palette(sampled, film.colours, size=self.colours)
        indexing, entries = IndexedFrames(colours), _entries(colours)
        last_cs = _hundredths(film.frames, film.fps) - _hundredths(len(picks) - 1, fps)

        def pack(changes: ChangedPixels) -> Iterable[memoryview]:
            yield indexing(changes).data
            yield entries

        def resized(pixels: Pixels) -> Iterable[memoryview]:
            yield from pack(indexing.take(resize(pixels)))

        # fmt: off
        arguments = [
            "-f", "rawvideo", "-pix_fmt", "pal8", "-video_size", f"{width}x{height}",
            "-framerate", str(fps), "-i", "pipe:0", "-fps_mode", "passthrough",
            "-c:v", "gif", "-map_metadata", "-1", "-loop", str(self._repeats()),
            "-final_delay", str(last_cs),
            "-f", "gif", url(path),
        ]
        # fmt: on
        comment = "\n".join(metadata.labelled(film.title, film.about).values())
        as_drawn = size_px == film.size_px  # otherwise the encoding thread resizes frames
        packed, take = (pack, indexing.take) if as_drawn else (resized, copied)
        return RewritingEncoder(
            Ffmpeg(arguments), path, film, containers.gif, packed, frozenset(picks), size_px,
            lambda data: with_comment(data, comment), take,
        )  # fmt: skip

    def _repeats(self) -> int:
        """For ffmpeg's -loop: 0 forever, -1 none, else how often after the first time."""
        if self.loop == "forever":
            return 0
        plays = 1 if self.loop == "once" else self.loop
        return plays - 1 if plays > 1 else -1


def with_comment(data: bytes, text: str) -> bytes:
    """The file with a comment before its first picture; unchanged if the text is empty."""
    table = 3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0
    start = 13 + table
    encoded = text.encode()
    blocks = [encoded[i : i + 255] for i in range(0, len(encoded), 255)]
    if not blocks:
        return data
    comment = b"".join(bytes([len(block)]) + block for block in blocks)
    return data[:start] + b"\x21\xfe" + comment + b"\0" + data[start:]


def _hundredths(frames: int, fps: int) -> int:
    """When a frame starts, in hundredths of a second, rounded as ffmpeg rounds."""
    return (200 * frames + fps) // (2 * fps)


def _entries(colours: npt.NDArray[np.uint8]) -> memoryview:
    """The palette after each frame, as pal8 has it: 256 times 0xAARRGGBB, one transparent."""
    red, green, blue = colours.astype(np.uint32).T
    entries = np.full(256, 0xFF << 24, dtype=np.uint32)
    entries[: len(colours)] |= red << 16 | green << 8 | blue
    entries[TRANSPARENT] = 0
    return entries.data.cast("B")
