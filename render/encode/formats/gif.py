"""An animated picture for pages that take no video: frames in, a .gif out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from render.config.options import Count, Integer, Number
from render.encode import metadata
from render.encode.base import Encoder, FilmInfo
from render.encode.budget import BudgetEncoder, Reduction
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.frame_queue import copied
from render.encode.palette import Indexing, Recoloured, palette
from render.encode.pipe import SealedEncoder
from render.encode.resample import ResampledFormat, resizer
from render.recording import Pixels

FASTEST_FPS = 50  # browsers slow down anything shown for less than 2 hundredths of a second
SAMPLES = 6  # frames that the palette is made from
TRANSPARENT = 255  # the index that ffmpeg puts where a pixel stays as it is
LARGEST_MB = 1000


@dataclass(frozen=True)
class GifFormat(ResampledFormat):
    """Animated GIF: one palette for the whole film, no dither, still pixels stay still."""

    suffix: ClassVar[str] = ".gif"
    fastest_fps: ClassVar[int] = FASTEST_FPS

    fps: Annotated[
        Literal["auto"] | Annotated[Integer, Field(ge=1, le=FASTEST_FPS)],
        Field(description="frames per second, at most the film's; auto: the film's, up to 50"),
    ] = "auto"
    loop: Annotated[
        Literal["forever", "once"] | Annotated[Count, Field(le=65_535)],
        Field(description="how often it plays: forever, once or a number"),
    ] = "forever"
    colours: Annotated[
        Integer, Field(ge=16, le=TRANSPARENT, description="of its palette: fewer make it smaller")
    ] = TRANSPARENT
    max_mb: Annotated[
        Literal["any"] | Annotated[Number, Field(gt=0, le=LARGEST_MB)],
        Field(
            description="millions of bytes it may have: colours, then rate, then size are"
            " lowered until it fits; any: as many as it takes"
        ),
    ] = "any"

    def open(self, path: Path, clip: FilmInfo) -> Encoder:
        if self.max_mb == "any":
            return self._poured(path, clip)

        def lowered(step: Reduction) -> ResampledFormat:
            return replace(
                self, max_mb="any", size=step.size_px, fps=step.fps, colours=step.colours
            )

        first = Reduction(self.size_px(clip), self.rate(clip), self.colours)
        return BudgetEncoder(path, clip, first, round(self.max_mb * 1e6), lowered)

    def _poured(self, path: Path, clip: FilmInfo) -> Encoder:
        """An encoder of just these options."""
        width, height = size_px = self.size_px(clip)
        fps, picks = self.rate(clip), self.picks(clip)
        resize = resizer(clip.size_px, size_px)
        sampled = [resize(frame) for frame in clip.sample(SAMPLES)]
        found = palette(sampled, clip.colours, size=self.colours)
        indexing, entries = Indexing(found), _entries(found)
        last_cs = _hundredths(clip.frames, clip.fps) - _hundredths(len(picks) - 1, fps)

        def pack(changes: Recoloured) -> Iterable[memoryview]:
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
        told = "\n".join(metadata.labelled(clip.title, clip.about).values())
        as_drawn = size_px == clip.size_px  # else making it smaller is work for the other thread
        packed, take = (pack, indexing.take) if as_drawn else (resized, copied)
        return SealedEncoder(
            Ffmpeg(arguments), path, clip, packed, frozenset(picks),
            lambda data: commented(data, told), take,
        )  # fmt: skip

    def _repeats(self) -> int:
        """What ffmpeg's -loop wants: 0 forever, -1 none, else how often after the first time."""
        if self.loop == "forever":
            return 0
        plays = 1 if self.loop == "once" else self.loop
        return plays - 1 if plays > 1 else -1


def commented(data: bytes, told: str) -> bytes:
    """The file with a comment before its first picture; as it is where there is nothing to say."""
    text = told.encode()
    table = 3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0
    start = 13 + table
    blocks = [text[i : i + 255] for i in range(0, len(text), 255)]
    if not blocks:
        return data
    comment = b"".join(bytes([len(block)]) + block for block in blocks)
    return data[:start] + b"\x21\xfe" + comment + b"\0" + data[start:]


def _hundredths(frames: int, fps: int) -> int:
    """When a frame starts, in hundredths of a second, rounded the way ffmpeg does it."""
    return (200 * frames + fps) // (2 * fps)


def _entries(colours: npt.NDArray[np.uint8]) -> memoryview:
    """The palette as pal8 carries it behind each frame: 256 times 0xAARRGGBB, one transparent."""
    red, green, blue = colours.astype(np.uint32).T
    entries = np.full(256, 0xFF << 24, dtype=np.uint32)
    entries[: len(colours)] |= red << 16 | green << 8 | blue
    entries[TRANSPARENT] = 0
    return entries.data.cast("B")
