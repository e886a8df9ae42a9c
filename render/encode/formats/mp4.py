"""MP4: H.264 video for slides, pages and editors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from render.config.options import Integer
from render.encode import containers, metadata
from render.encode.base import Encoder, FilmInfo, FrameFormat
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.pipe import PipeEncoder
from render.encode.yuv import ChangedBlocks, Planes

# The colour space of `Planes`. Where it is not written down, some players shift the red.
COLOUR = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"

# 150 plot-like frames, 1280×720: veryfast 549 kB, 41.3 dB, 1.15 s of CPU; medium 621 kB,
# 42.0 dB, 2.34 s; superfast 901 kB; tunes change little. What shows is the wrong colour of
# moving thin strokes: −6 halves that error (22 → 11 of 255, worst 35 → 14) for 13 % more
# bytes and no more time; medium takes as many bytes more and twice the time.
PRESET = "veryfast"
CHROMA_OFFSET = "-6"

# Parts of veryfast that find little in drawn frames, which have neither cuts nor fades, and whose
# strokes move a little. Four films of the benchmark, 1280×720, camera still: 2 to 3 % more bytes
# and 0.04 to 0.15 dB less without them; in two of them x264 took a quarter less CPU, in the two
# others no less (beside other work). With b-adapt=0 moving strokes lose more of their colour.
LEFT_OUT = "subme=1:me=dia:weightp=0:scenecut=0"

# Where the camera moves nearly all of a frame changes: then ffmpeg converts it in half the time of
# our own `Planes`. With `area` the chroma of a block is that of its mean colour, as there.
CONVERT = "scale=out_color_matrix=bt709:out_range=tv:flags=area,format=yuv420p"

# A constant, because the bytes depend on it; more than two threads are no faster.
THREADS = "2"


@dataclass(frozen=True)
class Mp4Format(FrameFormat):
    """H.264 video that plays everywhere, with a chapter at each stop."""

    suffix: ClassVar[str] = ".mp4"
    stops: ClassVar[bool] = True

    crf: Annotated[
        Integer, Field(ge=1, le=40, description="x264's quality: lower is better and larger")
    ] = 18

    def open(self, path: Path, film: FilmInfo) -> Encoder:
        width, height = film.size_px
        chapters = metadata.chapters(film.stops, film.fps, film.frames)
        whole = film.turns
        layout, filters = ("rgba", f"{CONVERT},{COLOUR}") if whole else ("yuv420p", COLOUR)
        # fmt: off
        arguments = [
            "-f", "rawvideo", "-pix_fmt", layout, "-video_size", f"{width}x{height}",
            "-framerate", str(film.fps), "-i", "pipe:0", *chapters,
            "-an", "-vf", filters,
            "-c:v", "libx264", "-preset", PRESET, "-crf", str(self.crf), "-profile:v", "high",
            "-chromaoffset", CHROMA_OFFSET, "-x264-params", LEFT_OUT, "-threads", THREADS,
            "-g", str(film.fps),  # a keyframe each second, for seeking
            "-fps_mode", "passthrough", "-video_track_timescale", str(film.fps * 512),
            *metadata.arguments(film.title, film.about),
            "-movflags", "+faststart", "-f", "mp4", url(path),
        ]
        # fmt: on
        if whole:
            return PipeEncoder(Ffmpeg(arguments), path, film, containers.mp4)
        planes = Planes(film.size_px)

        def pack(changes: ChangedBlocks) -> Iterable[memoryview]:
            yield planes(changes).data

        process = Ffmpeg(arguments)
        return PipeEncoder(process, path, film, containers.mp4, pack, take=planes.take)
