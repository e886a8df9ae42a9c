"""H.264 video for slides, pages and editors: frames in, an .mp4 out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field

from render.config.options import Integer
from render.encode.base import Clip, Encoder, FrameFormat
from render.encode.ffmpeg import Ffmpeg, url
from render.encode.piped import Piped

# Converted to bt709 and tagged so: an untagged film has its red shifted by some players.
COLOUR = (
    "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,"
    "format=yuv420p,"
    "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
)

# Plot-like frames, 1280×720: veryfast 551 kB, 41.3 dB, 7.4 ms of CPU a frame; medium 627 kB,
# 42.0 dB, 14 ms; superfast 901 kB. `-tune animation` and `stillimage` change size and PSNR by
# a few per cent either way. Chroma subsampling, not the preset, is what limits the PSNR.
PRESET = "veryfast"

# A constant, or the bytes would depend on the machine; beyond two threads nothing is gained.
THREADS = "2"


@dataclass(frozen=True)
class Mp4(FrameFormat):
    """H.264 video that plays everywhere."""

    suffix: ClassVar[str] = ".mp4"

    crf: Annotated[
        Integer, Field(ge=1, le=40, description="x264's quality: lower is better and larger")
    ] = 18

    def open(self, path: Path, clip: Clip) -> Encoder:
        width, height = clip.size_px
        # fmt: off
        arguments = [
            "-f", "rawvideo", "-pix_fmt", "rgba", "-video_size", f"{width}x{height}",
            "-framerate", str(clip.fps), "-i", "pipe:0",
            "-an", "-vf", COLOUR,
            "-c:v", "libx264", "-preset", PRESET, "-crf", str(self.crf), "-profile:v", "high",
            "-threads", THREADS, "-g", str(clip.fps),  # a keyframe each second, for seeking
            "-fps_mode", "passthrough", "-video_track_timescale", str(clip.fps * 512),
            "-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1",
            "-metadata", f"title={clip.title}".replace("\0", " "),
            "-movflags", "+faststart", "-f", "mp4", url(path),
        ]
        # fmt: on
        return Piped(Ffmpeg(arguments), path, clip)
