"""H.264 video for slides, pages and editors: frames in, an .mp4 out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from render.config.options import Integer
from render.encode import metadata
from render.encode.base import Encoder, FilmInfo, FrameFormat
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.pipe import PipeEncoder
from render.encode.yuv import ChangedRows, Planes

# What `Planes` has made of it: an untagged film has its red shifted by some players.
COLOUR = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"

# 150 plot-like frames, 1280×720: veryfast 549 kB, 41.3 dB, 1.15 s of CPU; medium 621 kB,
# 42.0 dB, 2.34 s; superfast 901 kB; tunes change little. What the eye misses is the colour
# of moving thin strokes: −6 halves its error (22 → 11 of 255, worst 35 → 14) for 13 % more
# bytes and no time, where medium costs the same bytes and twice the time.
PRESET = "veryfast"
CHROMA_OFFSET = "-6"

# A constant, or the bytes would depend on the machine; beyond two threads nothing is gained.
THREADS = "2"


@dataclass(frozen=True)
class Mp4Format(FrameFormat):
    """H.264 video that plays everywhere."""

    suffix: ClassVar[str] = ".mp4"

    crf: Annotated[
        Integer, Field(ge=1, le=40, description="x264's quality: lower is better and larger")
    ] = 18

    def open(self, path: Path, clip: FilmInfo) -> Encoder:
        width, height = clip.size_px
        # fmt: off
        arguments = [
            "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", f"{width}x{height}",
            "-framerate", str(clip.fps), "-i", "pipe:0",
            "-an", "-vf", COLOUR,
            "-c:v", "libx264", "-preset", PRESET, "-crf", str(self.crf), "-profile:v", "high",
            "-chromaoffset", CHROMA_OFFSET, "-threads", THREADS,
            "-g", str(clip.fps),  # a keyframe each second, for seeking
            "-fps_mode", "passthrough", "-video_track_timescale", str(clip.fps * 512),
            *metadata.arguments(clip.title, clip.about),
            "-movflags", "+faststart", "-f", "mp4", url(path),
        ]
        # fmt: on
        planes = Planes(clip.size_px)

        def pack(changes: ChangedRows) -> Iterable[memoryview]:
            yield planes(changes).data

        return PipeEncoder(Ffmpeg(arguments), path, clip, pack, take=planes.take)
